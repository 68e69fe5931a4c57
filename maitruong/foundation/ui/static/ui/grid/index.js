// Wires every <table data-grid> of the page. README.md of the kit has the contract with the server.

import { History } from "./history.js";
import { Hands } from "./keys.js";
import { Book } from "./model.js";
import { read } from "./parse.js";
import { Phone } from "./phone.js";
import { MemoryStore } from "./store.js";
import { Sync } from "./sync.js";
import { View } from "./view.js";
import { Why } from "./why.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export function start(table, store = new MemoryStore()) {
  const { saveUrl, pollUrl, pollEvery = 10, whyUrl, etag, at } = table.dataset;
  const book = new Book(table);
  const history = new History();
  const why = new Why(document.querySelector(`[data-grid-why="${table.id}"]`), whyUrl);

  const sync = new Sync({
    book, store, saveUrl, pollUrl, etag, at, token,
    pollEvery: 1000 * pollEvery,
    editing: (cell) => hands.editing(cell),
    painted: (cell) => view.paint(cell),
    turned: () => {
      view.turned();
      if (!sync.unsent) why.again();
    },
  });
  const view = new View({
    book, sync,
    sheet: table.closest("[data-sheet]"),
    onChoose: (cell, mine) => {
      mine ? sync.writeMine(cell) : sync.keepTheirs(cell);
      cell.el.focus();
    },
    onRetry: () => sync.resume(),
  });

  // Every change of a value by a hand goes through here: one step to take back, one note to the sender.
  function apply(changes, { now = false, remember = true } = {}) {
    const step = [];
    for (const [cell, raw] of changes) {
      const { value, error } = read(cell.column, raw);
      if (cell.locked || (value === cell.value && error === cell.message)) {
        cell.el.value = cell.value;
        continue;
      }
      step.push({ cell, from: cell.value, to: value });
      cell.show(value);
      Object.assign(cell, { message: error, news: false });
    }
    if (!step.length) return;
    if (remember) history.remember(step);
    sync.changed(step.map(({ cell }) => cell), { now });
    if (step.length === 1) view.tell(step[0].cell);
  }

  function takeBack(turned, words) {
    if (!turned) return view.say("Không còn gì để hoàn tác.");
    apply(turned.changes, { now: true, remember: false });
    const left = turned.left ? `, ${turned.left} ô người khác đã sửa nên giữ nguyên` : "";
    turned.changes[0]?.[0].el.focus();
    return view.say(`${words} ${turned.changes.length} ô${left}.`);
  }

  const hands = new Hands({
    book, apply,
    say: (text) => view.say(text),
    undo: () => takeBack(history.back(), "Đã hoàn tác"),
    redo: () => takeBack(history.forth(), "Đã làm lại"),
    arrived: (cell) => {
      here(cell);
      why.rest(cell.row);
    },
  });

  let row = null;
  function here(cell) {
    if (row !== cell.row) {
      row?.tr.classList.remove("is-here");
      cell.row.tr.classList.add("is-here");
      row = cell.row;
    }
    if (cell.news) {
      cell.news = false;
      view.paint(cell);
    }
    if (view.column !== cell.column) {
      view.column = cell.column;
      view.turned();
    }
  }

  // What was typed before this script was ready counts as typed. Without the focus in the table nobody typed: it is what
  // the browser put back from an earlier visit, and must not be sent over what stands there now.
  function takeEarly() {
    const early = [...book.cells()].filter((cell) => cell.el.value !== cell.value && !cell.locked);
    const inHand = book.of(document.activeElement);
    if (!inHand) for (const cell of early) cell.el.value = cell.value;
    else apply(early.filter((cell) => cell !== inHand).map((cell) => [cell, cell.el.value]));
    if (inHand) hands.takeUp(inHand);
  }

  new Phone({ book, view, apply, why });
  addEventListener("pagehide", () => hands.commit(), { capture: true });
  view.turned();
  sync.start();
  takeEarly();
  return { book, sync, hands, view };
}

for (const table of document.querySelectorAll("table[data-grid]")) start(table);
