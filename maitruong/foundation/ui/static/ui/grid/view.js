// What the eye and the ear get: states of cells, counts under the table, the sync state, refusals and conflicts in words.

const SPRITE = new URL("../icons.svg", import.meta.url).pathname;
const STATES = ["pending", "refused", "conflict"];

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

// make("p", {className: "x"}, "words", child, ...)
export function make(tag, properties, ...children) {
  const el = Object.assign(document.createElement(tag), properties);
  el.append(...children);
  return el;
}

const hour = (at) => (at ?? "").slice(11, 16);
const said = (value) => (value === "" ? "để trống" : value);

export class View {
  constructor({ book, sheet, sync, onChoose, onRetry }) {
    Object.assign(this, { book, sync, onChoose, onRetry });
    const find = (name) => document.querySelector(`[data-grid-${name}="${book.table.id}"]`);
    this.saying = sheet.querySelector("[data-grid-say]");
    this.counting = sheet.querySelector("[data-grid-count]");
    this.savedAt = sheet.querySelector("[data-grid-saved]");
    this.asks = find("asks");
    this.chip = find("sync");
    this.cards = new Map();
    this.inRows = false;
    this.column = book.columns.find((column) => column.key === book.table.dataset.active) ?? book.columns[0];
    for (const cell of book.cells()) if (cell.value === "V") this.paint(cell);
  }

  say(text) {
    this.saying.textContent = text;
  }

  // --- one cell ---

  paint(cell) {
    const { el, state } = cell;
    for (const name of STATES) el.classList.toggle(`is-${name}`, state === name);
    el.classList.toggle("is-absent", cell.value === "V");
    el.classList.toggle("is-news", Boolean(cell.news));
    if (state === "refused") el.setAttribute("aria-invalid", "true");
    else el.removeAttribute("aria-invalid");
    this.card(cell);
  }

  card(cell) {
    const old = this.cards.get(cell);
    const wanted = cell.state === "refused" || cell.state === "conflict";
    if (!wanted) {
      old?.remove();
      this.cards.delete(cell);
      cell.el.removeAttribute("aria-describedby");
      return;
    }
    const card = cell.state === "refused" ? this.refusal(cell) : this.conflict(cell);
    card.id = `${this.book.table.id}-ask-${cell.row.index}-${cell.column.index}`;
    cell.el.setAttribute("aria-describedby", card.id);
    if (old) old.replaceWith(card);
    else this.place(cell, card);
    this.cards.set(cell, card);
  }

  // Beside the table on a desk, inside the row on a phone.
  place(cell, card) {
    if (this.inRows || !this.asks) cell.row.issue?.append(card);
    else this.asks.append(card);
  }

  placeInRows(inRows) {
    this.inRows = inRows;
    for (const [cell, card] of this.cards) this.place(cell, card);
    this.turned();
  }

  refusal(cell) {
    const words = make("p", {}, cell.column.kind === "text" ? "" : "Giá trị ", cell.column.kind === "text" ? "" : make("b", {}, cell.value), ` chưa lưu được. ${cell.message}`);
    return make("section", { className: "ask ask--refused" }, this.title(cell, "alert"), words);
  }

  conflict(cell) {
    const { value, by, at } = cell.theirs;
    const words = make("p", {}, `${capital(by || "Người khác")} vừa sửa thành `, make("b", {}, said(value)), ` lúc ${hour(at)}. Thầy/cô đang nhập `, make("b", {}, said(cell.value)), ".");
    const choose = (mine, label) => make("button", { type: "button", className: "btn", onclick: () => this.onChoose(cell, mine) }, label);
    const acts = make("div", { className: "ask__acts" }, choose(false, `Giữ ${said(value)}`), choose(true, `Ghi ${said(cell.value)}`));
    return make("section", { className: "ask" }, this.title(cell, "users"), words, acts);
  }

  title(cell, sign) {
    const jump = make("button", { type: "button", onclick: () => cell.el.focus() }, cell.name);
    return make("h2", { className: "ask__title" }, icon(sign), jump);
  }

  tell(cell) {
    if (cell.state === "refused") this.say(`${cell.name}: ${cell.value} chưa lưu được. ${cell.message}`);
    if (cell.state === "conflict") this.say(`${cell.name}: ${cell.theirs.by || "người khác"} vừa sửa thành ${said(cell.theirs.value)}. Chọn giữ hay ghi đè.`);
  }

  // --- the whole; drawn once a frame however much changed ---

  turned() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.drawState();
    });
  }

  drawState() {
    const { sync } = this;
    const [refused, conflict] = [sync.count("refused"), sync.count("conflict")];
    this.counting.replaceChildren(...this.counts(refused, conflict));
    const saved = sync.at ? `Lưu lúc ${hour(sync.at)}` : "";
    this.savedAt.textContent = [saved, sync.by].filter(Boolean).join(" · ");
    if (this.asks) this.asks.hidden = !this.asks.childElementCount;
    this.drawStop();
    this.drawChip(refused, conflict);
    this.onCounts?.();
  }

  counts(refused, conflict) {
    const parts = [];
    if (this.column.kind !== "calc") {
      const figure = make("b", { className: "num" }, String(this.book.filled(this.column)));
      parts.push(make("span", {}, figure, `/${this.book.rows.length} ${this.column.long}`));
    }
    if (refused) parts.push(make("span", {}, `${refused} ô cần sửa`));
    if (conflict) parts.push(make("span", {}, `${conflict} ô trùng người nhập`));
    return parts;
  }

  drawChip(refused, conflict) {
    if (!this.chip) return;
    const [state, sign, words] = this.chipWords(refused, conflict);
    if (this.chip.textContent === words) return;
    this.chip.className = `sync sync--${state}`;
    this.chip.replaceChildren(icon(sign), make("span", {}, words));
  }

  chipWords(refused, conflict) {
    const { sync } = this;
    const unsent = sync.unsent;
    if (sync.full) return ["failed", "alert", "Máy hết chỗ giữ"];
    if (unsent && sync.sending && !sync.retries) return ["sending", "upload", `Đang gửi ${unsent} ô`];
    if (unsent) return ["waiting", "cloud-off", `${unsent} ô chờ gửi`];
    if (conflict) return ["decide", "alert", `${conflict} ô cần chọn`];
    if (refused) return ["failed", "alert", `${refused} ô cần sửa`];
    return ["saved", "cloud-check", sync.at ? `Đã lưu hết lúc ${hour(sync.at)}` : "Chưa có thay đổi"];
  }

  // Asking again by itself would not help: the person signs in elsewhere and presses.
  drawStop() {
    const wanted = this.sync.stopped;
    if (!wanted === !this.stop) return;
    this.stop?.remove();
    this.stop = undefined;
    if (!wanted) return;
    const again = make("button", { type: "button", className: "btn", onclick: this.onRetry }, "Gửi lại");
    this.stop = make("section", { className: "ask ask--failed" },
      make("h2", { className: "ask__title" }, icon("cloud-off"), wanted),
      make("p", {}, "Các ô màu tím còn giữ trên trang này. Đăng nhập lại ở một thẻ khác của trình duyệt, rồi bấm Gửi lại."),
      make("div", { className: "ask__acts" }, again));
    (this.asks ?? this.book.table).before(this.stop);
    this.say(wanted);
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
