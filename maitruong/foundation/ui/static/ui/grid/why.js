// The explanation of the row in hand, an HTML fragment of the server, fetched when the focus rests.

const REST = 400;
const PHONE = matchMedia("(max-width: 767px)"); // the side lies below all the rows there: nobody would see it

export class Why {
  constructor(place, url) {
    Object.assign(this, { place, url });
  }

  rest(row) {
    if (!this.place || !this.url || row === this.row) return;
    this.row = row;
    this.soon();
  }

  // The values of the row changed on the server.
  again() {
    if (this.row) this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), REST);
  }

  async fetch() {
    if (PHONE.matches) return;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const response = await fetch(`${this.url}${encodeURIComponent(this.row.id)}/`, { redirect: "manual", signal: this.asking.signal });
      if (response.ok) this.place.replaceChildren(document.createRange().createContextualFragment(await response.text()));
    } catch {
      // An explanation less; the next row asks again.
    }
  }
}
