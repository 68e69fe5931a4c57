// Sending and merging. Changed cells wait in a queue; one request at a time carries them; its answer and the polls are
// merged cell by cell. A cell that waits, is being sent or is being edited is never overwritten.

const PAUSE = 400;
const LONGEST_PAUSE = 2000;
const FIRST_RETRY = 1000;
const LAST_RETRY = 30_000;
const PATIENCE = 20_000;
const ASK_AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
const SIGNED_OUT = "Phiên làm việc đã hết hoặc sổ này không mở được nữa.";

export class Sync {
  // editing(cell): is a hand in it.  painted(cell): show its state.  turned(): the whole state changed.
  constructor({ book, store, saveUrl, pollUrl, pollEvery, etag, at, token, editing, painted, turned }) {
    Object.assign(this, { book, store, saveUrl, pollUrl, pollEvery, etag, at, token, editing, painted, turned });
    this.queue = new Map();
    this.request = null;
    this.retries = 0;
    this.stopped = "";
    this.by = "";
  }

  async start() {
    const left = await this.store.load();
    for (const change of left.request?.cells ?? []) this.recall(change);
    for (const change of left.changes) this.recall(change);
    this.watch();
    if (this.pollUrl) this.pollTimer = setTimeout(() => this.poll(), this.pollEvery);
  }

  // A change kept from before this page was loaded waits again.
  recall({ row, column, value, saw }) {
    const cell = this.book.find(row, column);
    if (!cell || cell.locked || cell.server === value) return;
    cell.show(value);
    cell.server = saw;
    this.changed([cell]);
  }

  watch() {
    addEventListener("online", () => this.resume());
    addEventListener("pagehide", () => this.sendAsLeaving());
    addEventListener("beforeunload", (event) => {
      if (this.unsent || this.count("refused") || this.count("conflict")) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return this.send();
      this.resume();
      if (Date.now() - (this.polled ?? 0) > this.pollEvery) this.poll();
    });
  }

  // --- what waits ---

  get unsent() {
    return this.queue.size + (this.request?.cells.filter(({ row, column }) => !this.queue.has(this.book.find(row, column))).length ?? 0);
  }

  count(state) {
    let n = 0;
    for (const cell of this.book.cells()) if (cell.state === state) n++;
    return n;
  }

  // Cells whose value was just changed by the hand; error is the sentence of a refusal that needs no server.
  changed(cells, { now = false } = {}) {
    for (const cell of cells) this.note(cell);
    if (this.queue.size) this.soon(now);
    this.turned();
  }

  note(cell) {
    const sent = this.sentValue(cell);
    if (cell.message) {
      this.unqueue(cell);
      cell.state = "refused";
    } else if (cell.theirs) {
      cell.state = cell.value === cell.theirs.value ? "" : "conflict";
      if (!cell.state) cell.theirs = null;
    } else if (sent === undefined ? cell.value === cell.server : cell.value === sent) {
      this.unqueue(cell);
      cell.state = sent === undefined ? "" : "pending";
    } else {
      this.enqueue(cell);
    }
    this.painted(cell);
  }

  enqueue(cell) {
    const change = { row: cell.row.id, column: cell.column.key, value: cell.value, saw: cell.server };
    cell.state = "pending";
    this.queue.set(cell, change);
    this.keep(this.store.put(change));
  }

  unqueue(cell) {
    const change = this.queue.get(cell);
    if (!change) return;
    this.queue.delete(cell);
    this.keep(this.store.drop(change));
  }

  // A store that has no room must be heard of; the queue in the page goes on working.
  keep(promise) {
    promise.catch(() => {
      this.full = true;
      this.turned();
    });
  }

  sentValue(cell) {
    return this.request?.cells.find(({ row, column }) => row === cell.row.id && column === cell.column.key)?.value;
  }

  // --- sending ---

  soon(now) {
    clearTimeout(this.timer);
    this.waitingSince ??= Date.now();
    const rest = Math.max(0, this.waitingSince + LONGEST_PAUSE - Date.now());
    this.timer = setTimeout(() => this.send(), now ? 0 : Math.min(PAUSE, rest));
  }

  send() {
    clearTimeout(this.timer);
    if (this.request || !this.queue.size || this.stopped) return;
    this.waitingSince = undefined;
    this.request = { request_id: newId(), cells: [...this.queue.values()] };
    this.queue.clear();
    this.keep(this.store.begin(this.request));
    for (const { row } of this.request.cells) this.travelling?.add(row);
    this.deliver();
  }

  async deliver() {
    clearTimeout(this.retryTimer);
    this.sending = true;
    this.turned();
    const answer = await this.ask();
    this.sending = false;
    if (answer === null) this.later();
    else this.answered(answer);
    this.turned();
  }

  // The answer, {message} of a refusal of the whole, {stopped} when asking again is useless, or null to ask again.
  async ask() {
    try {
      const response = await fetch(this.saveUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token() },
        body: JSON.stringify(this.request),
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (ASK_AGAIN.has(response.status)) return null;
      if (response.ok || response.status === 409 || response.status === 422) return await response.json();
      return { stopped: SIGNED_OUT };
    } catch {
      return null;
    }
  }

  later() {
    const pause = Math.min(FIRST_RETRY * 2 ** this.retries, LAST_RETRY);
    this.retries++;
    this.retryTimer = setTimeout(() => this.deliver(), pause * (0.8 + Math.random() * 0.4));
  }

  // The net is back, or the person asks: do not wait for the timer.
  resume() {
    if (this.request && !this.sending) {
      this.stopped = "";
      this.deliver();
    } else {
      this.send();
    }
  }

  sendAsLeaving() {
    if (this.request || !this.queue.size || this.stopped) return;
    const body = JSON.stringify({ request_id: newId(), cells: [...this.queue.values()] });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token() };
    fetch(this.saveUrl, { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }

  // --- merging ---

  answered(answer) {
    if (answer.stopped) {
      this.stopped = answer.stopped;
      return;
    }
    const { cells } = this.request;
    this.retries = 0;
    this.request = null;
    this.keep(this.store.end());
    if (answer.cells) {
      for (const cell of answer.cells) this.mergeOwn(cell);
      this.mergeRest(answer);
    } else {
      const message = [answer.message, answer.remedy].filter(Boolean).join(" ");
      for (const { row, column, value } of cells) this.mergeOwn({ row, column, value, state: "refused", message });
    }
    if (this.queue.size) this.soon(false);
  }

  mergeOwn({ row, column, value, state, message, theirs }) {
    const cell = this.book.find(row, column);
    if (!cell) return;
    const again = this.queue.get(cell);
    if (state === "saved") {
      cell.server = value;
      if (again) again.saw = value;
      else if (!cell.message) this.settle(cell, value);
    } else if (state === "conflict") {
      this.unqueue(cell);
      Object.assign(cell, { server: theirs.value, theirs, state: "conflict" });
    } else if (!again && !cell.message) {
      Object.assign(cell, { state: "refused", message });
    }
    this.painted(cell);
  }

  settle(cell, value) {
    cell.state = "";
    if (!this.editing(cell)) cell.show(value);
    else cell.value = value;
  }

  // Computed columns, the hour, the version. An answer to a save tells the version it came upon: where that is not the
  // page's own, somebody else wrote in between, and the page keeps its version so that the next poll brings it.
  mergeRest({ etag, since, at, rows = {} }) {
    if (etag && (since ?? this.etag) === this.etag) this.etag = etag;
    if (at) this.at = at;
    for (const [row, texts] of Object.entries(rows)) {
      for (const [column, text] of Object.entries(texts)) {
        const cell = this.book.find(row, column);
        if (cell?.column.kind === "calc" && cell.value !== text) cell.show(text);
      }
    }
  }

  // What somebody else wrote.
  mergeTheirs(cell, { value, by = "", at = this.at }) {
    if (cell.state === "conflict") {
      Object.assign(cell, { server: value, theirs: { value, by: by || cell.theirs.by, at } });
      if (value === cell.value) Object.assign(cell, { theirs: null, state: "" });
    } else {
      cell.server = value;
      cell.show(value);
      cell.news = Boolean(by);
    }
    this.painted(cell);
  }

  // A cell of ours that waits, is refused or is in hand keeps what it saw, so that the server can tell the conflict when
  // it is sent.
  ours(cell) {
    return cell.state !== "conflict" && Boolean(cell.state || this.queue.has(cell) || this.editing(cell));
  }

  // The person chose between two values.
  keepTheirs(cell) {
    cell.show(cell.theirs.value);
    Object.assign(cell, { theirs: null, state: "" });
    this.painted(cell);
    this.turned();
  }

  writeMine(cell) {
    cell.theirs = null;
    this.changed([cell], { now: true });
  }

  // --- asking what is new ---

  async poll() {
    clearTimeout(this.pollTimer);
    this.pollTimer = setTimeout(() => this.poll(), this.pollEvery);
    if (document.hidden || this.stopped || this.travelling || !this.pollUrl) return;
    this.polled = Date.now();
    // Rows that are being sent while the question travels: what it brings of them may be older than what we have.
    this.travelling = new Set(this.request?.cells.map(({ row }) => row));
    try {
      const response = await fetch(this.pollUrl, {
        headers: { "If-None-Match": this.etag, "X-Poll": "1" },
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.status === 200) this.news(await response.json());
    } catch {
      // The next poll asks again.
    } finally {
      this.travelling = null;
    }
  }

  // While anything of it had to be passed over, the page keeps its version: the next poll brings it again.
  news({ cells = [], rows = {}, etag, at }) {
    const still = Object.entries(rows).filter(([row]) => !this.travelling.has(row));
    let whole = still.length === Object.keys(rows).length;
    const fresh = [];
    for (const told of cells) {
      const cell = this.book.find(told.row, told.column);
      if (!cell || cell.server === told.value) continue;
      if (this.travelling.has(told.row) || this.ours(cell)) {
        whole = false;
      } else {
        this.mergeTheirs(cell, told);
        fresh.push(told);
      }
    }
    this.mergeRest({ rows: Object.fromEntries(still), at, etag: whole ? etag : "" });
    const writers = new Set(fresh.map(({ by }) => by).filter(Boolean));
    if (writers.size) this.by = `${[...writers].join(", ")} vừa sửa ${fresh.length} ô`;
    this.turned();
  }
}

// randomUUID is missing where a demonstration is opened by its address in a local network, without TLS.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
