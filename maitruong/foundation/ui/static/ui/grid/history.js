// What can be taken back. A step is [{cell, from, to}]; taking back is a change like any other, also after it was saved.

const DEEPEST = 200;

export class History {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  remember(step) {
    this.done.push(step);
    if (this.done.length > DEEPEST) this.done.shift();
    this.undone = [];
  }

  // The changes that undo the last step, as [cell, value]; cells somebody changed since are left out and counted.
  back() {
    return turn(this.done, this.undone);
  }

  forth() {
    return turn(this.undone, this.done);
  }
}

function turn(from, to) {
  const step = from.pop();
  if (!step) return null;
  const mine = step.filter(({ cell, to: value }) => cell.value === value);
  to.push(mine.map(({ cell, from: before, to: after }) => ({ cell, from: after, to: before })));
  return { changes: mine.map(({ cell, from: before }) => [cell, before]), left: step.length - mine.length };
}
