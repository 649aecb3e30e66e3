// Saves what is typed, field by field, soon after it is typed, and keeps it in this browser until the server has it.

import { post, root } from "./studio.js";

const WAIT = 350;
const AGAIN = 2500;

const keyOf = (file, field) => `newsletter:${root}:${file}:${field}`;

/** What this browser kept of a field because the server never took it: {base, value}, or null. */
export function keptOf(file, field) {
  try { return JSON.parse(localStorage.getItem(keyOf(file, field))); } catch { return null; }
}

export function forget(file, field) {
  try { localStorage.removeItem(keyOf(file, field)); } catch { /* a browser that keeps nothing has nothing to forget */ }
}

/**
 * One saver for a page. `versions` maps each file to the version its fields were read in.
 * Told of: saving(), saved(), away(), refused(message, fix), clash(file, field, value, answer).
 */
export class Saver {
  constructor(path, versions, told) {
    this.path = path;
    this.versions = versions;
    this.told = told;
    this.waiting = new Map();
    this.timer = null;
    this.running = null;
  }

  /** The field has this value now. It is kept here at once, and sent when the typing pauses. */
  typed(file, field, value) {
    const base = this.waiting.get(keyOf(file, field))?.base ?? this.versions[file];
    try { localStorage.setItem(keyOf(file, field), JSON.stringify({ base, value })); } catch { /* full or forbidden: the server has it in a moment */ }
    this.waiting.set(keyOf(file, field), { file, field, value, base });
    this.told.saving();
    this.later(WAIT);
  }

  get isIdle() { return this.waiting.size === 0 && this.running === null; }

  later(wait) {
    // The first letter starts the clock: who types without a pause is saved all the same.
    this.timer ??= setTimeout(() => { this.timer = null; this.flush(); }, wait);
  }

  /** Send all that waits, one after the other; resolves when nothing waits any more or the server is away. */
  async flush() {
    clearTimeout(this.timer);
    this.timer = null;
    while (this.running) await this.running;
    while (this.waiting.size) {
      const [key, entry] = this.waiting.entries().next().value;
      this.running = this.send(key, entry);
      const isAway = await this.running;
      this.running = null;
      if (isAway) { this.later(AGAIN); return; }
    }
  }

  async send(key, entry) {
    const base = this.versions[entry.file] ?? entry.base;
    const [status, answer] = await post(`${this.path}/save`, { file: entry.file, base, field: entry.field, value: entry.value });
    if (status === 0 || status >= 500) { this.told.away(answer); return true; }
    const isNewest = this.waiting.get(key) === entry;
    if (status === 200) {
      // Others' words that were merged in are not on this screen: the next save goes on from the own ones alone.
      this.versions[entry.file] = answer.mine;
      if (isNewest) { this.waiting.delete(key); forget(entry.file, entry.field); }
      if (!this.waiting.size) this.told.saved();
      return false;
    }
    // Refused: it stays in the field and in this browser, and is tried again when more is typed.
    if (isNewest) this.waiting.delete(key);
    if (status === 409 && answer.theirs) this.told.clash(entry.file, entry.field, entry.value, answer);
    else this.told.refused(answer.message ?? "It could not be saved.", answer.fix ?? "");
    return false;
  }
}
