// The browser's own voice: reads one sentence after the other until there is none, or somebody stops it.

/**
 * `next` gives the words to read after these, or null at the end; `changed` is told whether it reads.
 * A sentence that is stopped is read from its beginning again: browsers lose their place in a pause.
 */
export class Voice {
  constructor({ language, next, changed }) {
    this.language = language;
    this.next = next;
    this.changed = changed;
    this.rate = 1;
    this.turn = 0;
    this.isReading = false;
  }

  get isThere() { return "speechSynthesis" in window && typeof SpeechSynthesisUtterance === "function"; }

  read(words) {
    const turn = this.silence();
    this.tell(true);
    const said = new SpeechSynthesisUtterance(words);
    said.lang = this.language;
    said.rate = this.rate;
    said.onend = () => {
      if (turn !== this.turn) return;
      const following = this.next();
      if (following === null) this.stop();
      else this.read(following);
    };
    said.onerror = () => { if (turn === this.turn) this.stop(); };
    window.speechSynthesis.speak(said);
  }

  stop() {
    if (!this.isThere) return;
    this.silence();
    this.tell(false);
  }

  /** End what is being said; what it would go on with is out of date. */
  silence() {
    this.turn += 1;
    window.speechSynthesis.cancel();
    return this.turn;
  }

  tell(isReading) {
    if (isReading === this.isReading) return;
    this.isReading = isReading;
    this.changed(isReading);
  }
}
