// What waits to be sent. Cells by "row column", and the one request under way, which must be repeated word for word
// (same request_id, same cells) until the server has answered it. This one lives as long as the page; a store on the
// device needs the same five functions. All give promises; the page never waits for them before it lets a hand go on.

export class MemoryStore {
  constructor() {
    this.changes = new Map();
    this.request = null;
  }

  // {changes: [{row, column, value, saw}], request: {request_id, cells} | null} left from before
  async load() {
    return { changes: [...this.changes.values()], request: this.request };
  }

  async put(change) {
    this.changes.set(`${change.row} ${change.column}`, change);
  }

  async drop(change) {
    this.changes.delete(`${change.row} ${change.column}`);
  }

  // The cells of the request leave the waiting ones and belong to it.
  async begin(request) {
    this.request = request;
    for (const cell of request.cells) await this.drop(cell);
  }

  async end() {
    this.request = null;
  }
}
