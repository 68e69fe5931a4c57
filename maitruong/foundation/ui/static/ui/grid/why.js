// The explanation of one row, an HTML fragment of the server: of the row in hand, fetched when the focus rests; on a phone, where
// the side lies below all the rows, of the row somebody asks about, inside that row. Nothing is fetched there while marks are typed.

import { make } from "./view.js";

const REST = 400;
const PHONE = matchMedia("(max-width: 767px)");

export class Why {
  constructor(place, url) {
    Object.assign(this, { place, url, asked: null });
  }

  rest(row) {
    if (PHONE.matches || !this.place || !this.url || row === this.row) return;
    this.row = row;
    this.soon();
  }

  // The values of the row changed on the server.
  again() {
    if (this.asked || (this.row && !PHONE.matches)) this.soon();
  }

  // The button that asks about a row on a phone, and shuts what it opened.
  button(row) {
    const button = make("button", { type: "button", className: "marks__why" }, "?");
    button.setAttribute("aria-label", `Vì sao? ${row.name}`);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => (this.asked?.row === row ? this.shut() : this.open(row, button)));
    return button;
  }

  open(row, button) {
    this.shut();
    const told = make("div", { className: "marks__told" }, make("p", { className: "small muted" }, "Đang xem…"));
    told.setAttribute("role", "status");
    row.issue.append(told);
    button.setAttribute("aria-expanded", "true");
    this.asked = { row, button, told };
    return this.fetch();
  }

  shut() {
    if (!this.asked) return;
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asked.told.remove();
    this.asked.button.setAttribute("aria-expanded", "false");
    this.asked = null;
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), REST);
  }

  async fetch() {
    const { asked } = this;
    if (!asked && PHONE.matches) return;
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    try {
      const { id } = asked ? asked.row : this.row;
      const response = await fetch(`${this.url}${encodeURIComponent(id)}/`, { redirect: "manual", signal: asking.signal });
      if (!response.ok) throw new Error(response.status);
      const text = await response.text();
      (asked ? asked.told : this.place).replaceChildren(document.createRange().createContextualFragment(text));
    } catch {
      // On a desk an explanation less; the next row asks again. On a phone somebody waits for it.
      if (asked && !asking.signal.aborted) asked.told.replaceChildren(make("p", { className: "small muted" }, "Chưa tải được. Đóng rồi mở lại để thử lần nữa."));
    }
  }
}
