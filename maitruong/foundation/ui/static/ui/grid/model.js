// The book in the page: rows, columns and cells, taken once from the table. Everything else works on these.

const LONGEST_TEXT = 500;

export class Column {
  constructor(th, index) {
    const { key, kind, long, group, choices, max } = th.dataset;
    this.key = key;
    this.kind = kind;
    this.index = index;
    this.label = th.querySelector("span").textContent;
    this.long = long ?? this.label;
    this.group = group ?? "";
    this.choices = (choices ?? "").split("|").filter(Boolean).map((pair) => pair.split(":"));
    this.max = Number(max ?? (kind === "text" ? LONGEST_TEXT : 10));
    this.takesAbsent = !("noAbsent" in th.dataset) && kind !== "text";
  }
}

// value: what stands in the cell now.  server: what the server last said.  state: "" pending refused conflict.
export class Cell {
  constructor(el, row, column) {
    this.el = el;
    this.row = row;
    this.column = column;
    this.value = this.server = el.defaultValue; // not el.value: a hand may have been quicker than the script
    this.locked = el.readOnly;
    this.state = "";
    this.message = "";
    this.theirs = null;
  }

  get name() {
    return `${this.row.name}, ${this.column.long}`;
  }

  // Show a value without the hand's doing. A cell in hand that was selected stays so, or typing would append.
  show(value) {
    this.value = value;
    const { el } = this;
    if (el.value === value) return;
    const selected = el === document.activeElement && el.selectionStart === 0 && el.selectionEnd === el.value.length;
    el.value = value;
    if (selected) el.select();
  }
}

const KEYPADS = { mark: "decimal", integer: "numeric", choice: "text", text: "text" };

export class Book {
  constructor(table) {
    this.table = table;
    this.columns = [...table.tHead.rows[0].cells].slice(1).map((th, index) => new Column(th, index));
    this.rows = [...table.tBodies[0].rows].map((tr, index) => this.takeRow(tr, index));
    this.byElement = new Map(this.rows.flatMap((row) => row.cells.map((cell) => [cell.el, cell])));
    this.byId = new Map(this.rows.map((row) => [row.id, row]));
    this.byKey = new Map(this.columns.map((column) => [column.key, column.index]));
  }

  takeRow(tr, index) {
    const row = { tr, index, id: tr.dataset.row, name: tr.cells[0].querySelector("[id]").textContent, cells: [] };
    row.cells = this.columns.map((column) => {
      const el = tr.cells[column.index + 1].firstElementChild;
      el.autocomplete = "off";
      el.spellcheck = column.kind === "text";
      el.enterKeyHint = "next";
      if (KEYPADS[column.kind]) el.inputMode = KEYPADS[column.kind];
      return new Cell(el, row, column);
    });
    return row;
  }

  at(r, c) {
    return this.rows[r]?.cells[c];
  }

  of(el) {
    return this.byElement.get(el);
  }

  find(rowId, key) {
    return this.byId.get(rowId)?.cells[this.byKey.get(key)];
  }

  * cells() {
    for (const row of this.rows) yield* row.cells;
  }

  filled(column) {
    return this.rows.reduce((count, row) => count + (row.cells[column.index].value === "" ? 0 : 1), 0);
  }
}
