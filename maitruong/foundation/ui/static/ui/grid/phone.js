// The same table on a phone: pills choose the one column in hand, each row tells the other marks in small, and keys
// stand in for letters a number pad does not have.

import { make } from "./view.js";

const NARROW = matchMedia("(max-width: 767px)");

export class Phone {
  constructor({ book, view, apply, why }) {
    Object.assign(this, { book, view, apply, why });
    this.pick = document.querySelector(`[data-grid-pick="${book.table.id}"]`);
    this.columns = book.columns.filter((column) => column.kind !== "calc");
    this.result = book.columns.find((column) => column.kind === "calc");
    view.onCounts = () => this.recount();
    NARROW.addEventListener("change", () => this.turn());
    this.turn();
  }

  turn() {
    if (NARROW.matches && !this.built) this.build();
    if (!NARROW.matches) this.why.shut();
    this.view.placeInRows(NARROW.matches);
    if (NARROW.matches) this.choose(this.view.column.kind === "calc" ? this.columns[0] : this.view.column);
  }

  build() {
    this.built = true;
    for (const row of this.book.rows) {
      row.sum = make("small", { className: "marks__sum" });
      const below = make("span", { className: "marks__below" }, row.sum);
      if (this.why.url) below.append(this.why.button(row));
      row.tr.cells[0].querySelector(".marks__who > :last-child").append(below);
      row.keys = part("marks__act");
      row.issue = part("marks__issue");
      row.tr.append(row.keys, row.issue);
    }
    this.pills = new Map(this.columns.map((column) => [column, this.pill(column)]));
    this.pick?.replaceChildren(...this.inPillOrder().map((column) => this.pills.get(column)));
  }

  // The last mark of the term first, as it is the one still to write; words at the end.
  inPillOrder() {
    const words = (column) => Number(column.kind === "text");
    return [...this.columns].reverse().sort((a, b) => words(a) - words(b));
  }

  pill(column) {
    const count = make("small", {});
    return make("button", { type: "button", className: "pill", onclick: () => this.choose(column) }, `${column.label} `, count);
  }

  choose(column) {
    this.column = column;
    this.view.column = column;
    const { table } = this.book;
    table.dataset.kind = column.kind;
    for (const row of this.book.rows) {
      row.tr.querySelector(".is-shown")?.classList.remove("is-shown");
      row.tr.cells[column.index + 1].classList.add("is-shown");
      row.keys.replaceChildren(...this.keysOf(row.cells[column.index]), ...this.resultOf());
    }
    for (const [other, pill] of this.pills) pill.setAttribute("aria-pressed", String(other === column));
    // After the counts are written: they make the pills before this one wider.
    requestAnimationFrame(() => this.pills.get(column).scrollIntoView({ block: "nearest", inline: "center" }));
    this.recount();
  }

  // "V" for a mark, the codes themselves for a choice.
  keysOf(cell) {
    const { column } = cell;
    if (cell.locked || column.kind === "text") return [];
    const codes = column.kind === "choice" ? column.choices : column.takesAbsent ? [["V", "Vắng"]] : [];
    return codes.map(([code, words]) => this.key(cell, code, words));
  }

  // Where the V is not needed any more the row's result is read instead.
  resultOf() {
    if (!this.result || this.column.kind !== "mark") return [];
    return [make("span", { className: "marks__result" }, make("small", {}, this.result.label), make("b", {}))];
  }

  key(cell, code, words) {
    const press = () => {
      this.apply([[cell, cell.value === code ? "" : code]]);
      this.recount();
    };
    const key = make("button", { type: "button", className: "key", onclick: press }, code);
    key.setAttribute("aria-label", `${words}, ${cell.row.name}`);
    key.dataset.code = code;
    return key;
  }

  // Counts in the pills, sums in the rows, which keys make sense now.
  recount() {
    if (!this.built || !NARROW.matches) return;
    for (const [column, pill] of this.pills) {
      pill.lastElementChild.textContent = `${this.book.filled(column)}/${this.book.rows.length}`;
    }
    for (const row of this.book.rows) {
      row.sum.textContent = this.sumOf(row);
      const { value } = row.cells[this.column.index];
      const result = row.keys.querySelector(".marks__result b");
      if (result) {
        result.textContent = row.cells[this.result.index].value;
        result.parentNode.hidden = !result.textContent || value === "";
      }
      for (const key of row.keys.querySelectorAll("button")) {
        key.setAttribute("aria-pressed", String(value === key.dataset.code));
        key.hidden = this.column.kind !== "choice" && value !== "" && value !== key.dataset.code;
      }
    }
  }

  // "GK 6,5 · TX 7, 7, 6,5": columns of one group together, the one in hand and the empty ones left out.
  sumOf(row) {
    const groups = new Map();
    for (const cell of row.cells) {
      if (cell.column === this.column || cell.value === "" || ["text", "calc"].includes(cell.column.kind)) continue;
      const name = cell.column.group || cell.column.label;
      groups.set(name, [...(groups.get(name) ?? []), cell.value]);
    }
    return [...groups].reverse().map(([name, values]) => `${name} ${values.join(", ")}`).join(" · ");
  }
}

function part(className) {
  const td = make("td", { className });
  td.setAttribute("role", "gridcell");
  return td;
}
