// The hands: keyboard, mouse and clipboard on a table of real inputs. Three modes of the cell in hand:
//   ready  just arrived: typing replaces, arrows move      type  typing: arrows still commit and move
//   caret  after F2 or a double click: arrows move within the text
// Input methods compose inside real inputs; keys they hold back (isComposing, 229) are none of ours.

import { readTable, writeTable } from "./clipboard.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0] };
const REST = 1000;
const EVENTS = ["keydown", "focusin", "focusout", "input", "compositionstart", "mousedown", "mousemove", "mouseup", "dragstart", "click", "copy", "cut", "paste"];

export class Hands {
  // apply(changes, options) changes cells; undo(), redo(); say(text); arrived(cell), painted range below.
  constructor({ book, apply, undo, redo, say, arrived }) {
    Object.assign(this, { book, apply, undo, redo, say, arrived });
    this.mode = "ready";
    this.anchor = this.head = [0, 0];
    this.cell = null;
    this.painted = [];
    for (const name of EVENTS) {
      book.table.addEventListener(name, (event) => {
        const cell = book.of(event.target);
        if (cell) this[name](event, cell);
      });
    }
  }

  editing(cell) {
    return cell === this.cell && (this.mode !== "ready" || cell.el.value !== cell.value);
  }

  commit(cell = this.cell) {
    if (cell && !cell.locked && cell.el.value !== cell.value) this.apply([[cell, cell.el.value]]);
  }

  // --- where we are ---

  go(r, c, extend = false) {
    const row = clamp(r, this.book.rows.length);
    const column = clamp(c, this.book.columns.length);
    const cell = this.book.at(row, column);
    if (!extend) return cell.el.focus();
    this.head = [row, column];
    cell.el.scrollIntoView({ block: "nearest", inline: "nearest" });
    return this.paintRange();
  }

  // Words are opened where they are pointed at, else the next letter would replace the whole comment.
  arrive(cell) {
    const opened = this.pointed === cell && cell.column.kind === "text";
    this.cell = cell;
    this.mode = opened ? "caret" : "ready";
    this.stay(cell);
    if (!opened) cell.el.select();
    this.arrived(cell);
  }

  // The cell that had the focus before the script came: what was begun goes on. Enter may have been pressed already, when
  // nobody listened, so what rests is written.
  takeUp(cell) {
    if (cell.el.value === cell.value) return this.arrive(cell);
    this.cell = cell;
    this.mode = "type";
    this.resting = setTimeout(() => this.commit(cell), REST);
    this.stay(cell);
    return this.arrived(cell);
  }

  stay(cell) {
    this.anchor = this.head = [cell.row.index, cell.column.index];
    this.paintRange();
  }

  get box() {
    const [[r0, c0], [r1, c1]] = [this.anchor, this.head];
    return { top: Math.min(r0, r1), left: Math.min(c0, c1), bottom: Math.max(r0, r1), right: Math.max(c0, c1) };
  }

  get isRange() {
    return String(this.anchor) !== String(this.head);
  }

  rangeRows() {
    const { top, left, bottom, right } = this.box;
    return this.book.rows.slice(top, bottom + 1).map((row) => row.cells.slice(left, right + 1));
  }

  paintRange() {
    for (const cell of this.painted) {
      cell.el.classList.remove("in-range");
      cell.el.parentNode.removeAttribute("aria-selected");
    }
    this.painted = this.isRange ? this.rangeRows().flat() : [];
    for (const cell of this.painted) {
      cell.el.classList.add("in-range");
      cell.el.parentNode.setAttribute("aria-selected", "true");
    }
  }

  clearRange() {
    this.apply(this.rangeRows().flat().filter((cell) => !cell.locked).map((cell) => [cell, ""]), { now: this.isRange });
    this.cell?.el.select();
  }

  // --- events; each gets the cell it happened in ---

  focusin(event, cell) {
    this.arrive(cell);
  }

  focusout(event, cell) {
    this.pointed = null;
    this.commit(cell);
    this.mode = "ready";
  }

  input() {
    clearTimeout(this.resting);
    if (this.mode === "ready") this.mode = "type";
    if (this.isRange) this.stay(this.cell);
  }

  compositionstart() {
    if (this.mode === "ready") this.mode = "type";
  }

  mousedown(event, cell) {
    this.pointed = cell;
    if (event.shiftKey) {
      event.preventDefault();
      this.head = [cell.row.index, cell.column.index];
      this.paintRange();
    } else if (event.detail === 2 || (cell === this.cell && cell.column.kind === "text")) {
      this.mode = "caret";
    } else if (cell === this.cell) {
      this.stay(cell); // the focus does not move, so the range of a paste must be let go here
    }
  }

  // The cell under the pointer, not the event's: while text is being selected Firefox tells every move to the cell it began in.
  mousemove(event) {
    if (event.buttons !== 1 || !this.cell || this.cell.el !== document.activeElement || this.mode !== "ready") return;
    const under = this.book.of(document.elementFromPoint(event.clientX, event.clientY));
    if (!under || String(this.head) === String([under.row.index, under.column.index])) return;
    this.head = [under.row.index, under.column.index];
    if (this.isRange) getSelection().removeAllRanges();
    this.paintRange();
  }

  // A cell just arrived at is selected, and a browser would carry its text away into another cell instead of drawing a range.
  dragstart(event) {
    if (this.mode === "ready") event.preventDefault();
  }

  // What the drag selected inside the first cell is not what a hand meant: typing replaces the whole of it.
  mouseup() {
    if (this.isRange && this.mode === "ready" && this.cell?.el === document.activeElement) this.cell.el.select();
  }

  // A browser puts the caret after the focus event; a cell just arrived at stays selected so that typing replaces.
  click(event, cell) {
    if (this.mode === "ready" && !this.isRange && cell === this.cell && !event.shiftKey) cell.el.select();
  }

  keydown(event, cell) {
    if (event.isComposing || event.keyCode === 229) return;
    const act = this.command(event, cell) ?? this.movement(event, cell);
    if (!act) return;
    event.preventDefault();
    act();
  }

  command(event, cell) {
    const { key, shiftKey } = event;
    if (key === "Escape") return () => this.giveUp(cell);
    if (key === "F2") return () => this.openCaret(cell);
    if (this.mode !== "ready") return null;
    if (event.ctrlKey || event.metaKey) return this.shortcut(key.toLowerCase(), shiftKey);
    if (key === "Delete" || key === "Backspace") return () => this.clearRange();
    return null;
  }

  shortcut(key, shift) {
    const last = [this.book.rows.length - 1, this.book.columns.length - 1];
    if (key === "z") return shift ? this.redo : this.undo;
    if (key === "y") return this.redo;
    if (key === "home") return () => this.go(0, 0, shift);
    if (key === "end") return () => this.go(...last, shift);
    if (key === "a") {
      return () => {
        this.anchor = [0, 0];
        this.head = last;
        this.paintRange();
      };
    }
    return null;
  }

  movement(event, cell) {
    const { key, shiftKey } = event;
    const { row, column } = cell;
    if (key === "Enter") return () => this.down(cell, shiftKey ? -1 : 1);
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    const writing = this.mode === "caret" || (this.mode === "type" && column.kind === "text");
    const move = MOVES[key];
    if (move && !writing) {
      const [r, c] = shiftKey ? this.head : [row.index, column.index];
      return () => this.go(r + move[0], c + move[1], shiftKey);
    }
    if (this.mode === "ready" && (key === "Home" || key === "End")) {
      return () => this.go(this.head[0], key === "Home" ? 0 : this.book.columns.length - 1, shiftKey);
    }
    return null;
  }

  // At the last row Enter commits and stays.
  down(cell, step) {
    const next = this.book.at(cell.row.index + step, cell.column.index);
    if (next) return next.el.focus();
    this.commit(cell);
    return this.arrive(cell);
  }

  giveUp(cell) {
    cell.el.value = cell.value;
    this.mode = "ready";
    cell.el.select();
    this.stay(cell);
  }

  openCaret(cell) {
    this.mode = "caret";
    cell.el.setSelectionRange(cell.el.value.length, cell.el.value.length);
  }

  // --- clipboard ---

  copy(event) {
    if (this.mode !== "ready") return;
    event.preventDefault();
    writeTable(event.clipboardData, this.rangeRows().map((cells) => cells.map((cell) => cell.value)));
  }

  cut(event) {
    if (this.mode !== "ready") return;
    this.copy(event);
    this.clearRange();
  }

  paste(event, cell) {
    const rows = readTable(event.clipboardData);
    const single = rows.length === 1 && rows[0].length === 1;
    if (!rows.length || (single && this.mode !== "ready")) return;
    event.preventDefault();
    if (this.mode !== "ready") this.giveUp(cell);
    this.put(single ? this.rangeRows().map((cells) => cells.map(() => rows[0][0])) : rows);
  }

  // Lay a block with its corner at the range's; say what did not find a place.
  put(rows) {
    const { top, left } = this.box;
    const changes = [];
    let [locked, outside] = [0, 0];
    rows.forEach((values, r) => values.forEach((value, c) => {
      const cell = this.book.at(top + r, left + c);
      if (!cell) outside += value.trim() === "" ? 0 : 1;
      else if (cell.locked) locked += value.trim() === cell.value ? 0 : 1;
      else changes.push([cell, value]);
    }));
    const width = Math.max(...rows.map((values) => values.length));
    this.anchor = [top, left];
    this.head = [clamp(top + rows.length - 1, this.book.rows.length), clamp(left + width - 1, this.book.columns.length)];
    this.paintRange();
    this.apply(changes, { now: true });
    const wrong = changes.filter(([cell]) => cell.state === "refused").length;
    this.say([
      `Đã dán ${changes.length} ô`,
      wrong ? `${wrong} ô cần sửa` : "",
      locked ? `bỏ qua ${locked} ô khoá` : "",
      outside ? `${outside} ô nằm ngoài bảng không được dán` : "",
    ].filter(Boolean).join(", ") + ".");
  }
}

const clamp = (index, length) => Math.max(0, Math.min(length - 1, index));
