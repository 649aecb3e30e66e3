// What was done to a text, step by step, so that it can be taken back: letters of one word typed without a pause are one step.

const PAUSE = 1000;

/** A change is {at, gone, came, before, after}: what stood there, what stands there now, and the selection around it. */
export class Undo {
  past = [];
  future = [];
  last = 0;

  /** `isTyping` says that it is a single letter typed or taken away, which goes with those before it. */
  add(change, isTyping, now = performance.now()) {
    this.future = [];
    const top = this.past.at(-1);
    if (isTyping && top?.isTyping && now - this.last < PAUSE && joins(top, change)) {
      if (change.came) top.came += change.came;
      else { top.at = change.at; top.gone = change.gone + top.gone; }
      top.after = change.after;
    } else {
      this.past.push({ ...change, isTyping });
    }
    this.last = now;
  }

  /** The next letter begins a step of its own. */
  pause() { this.last = -PAUSE; }

  /** The change that takes the last step back; null where there is none. */
  back() {
    const step = this.past.pop();
    if (!step) return null;
    this.future.push(step);
    return { at: step.at, gone: step.came, came: step.gone, after: step.before };
  }

  /** The change that does again what was taken back last; null where there is none. */
  forth() {
    const step = this.future.pop();
    if (!step) return null;
    this.past.push(step);
    return step;
  }
}

function joins(top, { at, gone, came }) {
  if (came) return !gone && !top.gone && at === top.at + top.came.length && !(/\s$/.test(top.came) && /\S/.test(came)) && came !== "\n";
  return !top.came && at + gone.length === top.at;
}
