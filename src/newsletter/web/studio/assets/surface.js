// The words of a field as they look: one block a line, whose text is the line of Markdown itself, so that copying and saving are the Markdown.
//
// The text area behind it holds the value. Every edit is made on the text first and then drawn; only what an input method composes is
// drawn by the browser first, and read back when it is done.

import { NOTHING_OPEN, lookOf } from "./looks.js";
import { Undo } from "./undo.js";

// A word, or what stands between two, with the spaces beside it; never over the end of a line.
// Lines of a paragraph that are looked through for the end of bold words.
const LONGEST_SPAN = 40;
const WORD_AHEAD = /^[^\S\n]*(?:[\p{L}\p{N}\p{M}_'’]+|[^\s\p{L}\p{N}]+|)/u;
const WORD_BEHIND = /(?:[\p{L}\p{N}\p{M}_'’]+|[^\s\p{L}\p{N}]+|)[^\S\n]*$/u;
const LETTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export class Surface {
  /** Stands in for the text area `field` from now on. `failed` is told when it can't, and the text area is back. */
  constructor(field, failed) {
    this.field = field;
    this.failed = failed;
    this.undo = new Undo();
    this.caret = { anchor: 0, focus: 0 };
    this.isComposing = false;
    this.isByMouse = false;
    this.element = document.createElement("div");
    Object.assign(this.element, { className: "surface", contentEditable: "true", spellcheck: true, lang: field.lang });
    this.element.dataset.of = field.id;
    for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-label": field.labels[0]?.textContent ?? "" })) this.element.setAttribute(name, value);
    // Where the browser knows it, it brings no formats of its own.
    try { this.element.contentEditable = "plaintext-only"; } catch { /* an older one: formats are refused below */ }
    this.listening = new AbortController();
    this.listen();
    this.draw();
    field.after(this.element);
    field.hidden = true;
  }

  /** Give the place back to the text area, with what is selected. */
  close() {
    const hadFocus = document.activeElement === this.element;
    const { from, to } = this.selected();
    this.listening.abort();
    this.element.remove();
    this.field.hidden = false;
    if (hadFocus) { this.field.focus(); this.field.setSelectionRange(from, to); }
  }

  listen() {
    const on = (target, type, act) => target.addEventListener(type, (event) => this.guarded(act, event), { signal: this.listening.signal });
    on(this.element, "beforeinput", (event) => this.beforeInput(event));
    on(this.element, "input", () => { if (!this.isComposing) this.readBack(); });
    on(this.element, "compositionstart", () => { this.isComposing = true; });
    on(this.element, "compositionend", () => { this.isComposing = false; this.readBack(); });
    on(this.element, "keydown", (event) => { this.isByMouse = false; this.follow(); this.key(event); });
    on(this.element, "pointerdown", () => { this.isByMouse = true; });
    on(this.element, "copy", (event) => this.copy(event));
    on(this.element, "cut", (event) => { if (this.copy(event)) this.replace(this.selected().from, this.selected().to, ""); });
    on(this.element, "dragstart", (event) => event.preventDefault());
    on(this.element, "drop", (event) => this.drop(event));
    on(this.element, "focus", () => { this.readSelection(); this.unfold(); });
    on(this.element, "blur", () => this.fold());
    on(document, "selectionchange", () => { if (!this.isComposing && document.activeElement === this.element) this.follow(); });
    on(this.field, "input", () => { if (this.field.value !== this.text) this.draw(); });
  }

  /** Whatever goes wrong here, the words are in the text area, and it takes over. */
  guarded(act, event) {
    try { act(event); } catch (error) {
      this.listening.abort();
      this.element.remove();
      this.field.hidden = false;
      this.failed(error);
    }
  }

  // The text and its lines

  /** Draw all of it afresh, from the field's value. */
  draw() {
    this.text = this.field.value;
    this.lines = this.text.split("\n").map((text) => ({ text, element: document.createElement("div") }));
    this.element.replaceChildren(...this.lines.map((line) => line.element));
    this.paint(0, this.lines.length);
    this.caret = { anchor: Math.min(this.caret.anchor, this.text.length), focus: Math.min(this.caret.focus, this.text.length) };
  }

  /** Draw the lines from..to, and those behind them that look different because of what these leave open. */
  paint(from, to) {
    let first = Math.max(from - 1, 0);
    // Bold words may begin on any line of the paragraph that was changed.
    while (this.lines[first - 1]?.text.trim() && from - first < LONGEST_SPAN) first -= 1;
    for (let at = first; at < this.lines.length; at += 1) {
      const line = this.lines[at];
      const open = this.lines[at - 1]?.open ?? NOTHING_OPEN;
      const next = this.lines[at + 1]?.text;
      if (at > to && line.before === open) return;
      const before = line.open;
      const look = lookOf(line.text, open, next, this.restOf(at));
      dress(line.element, look);
      line.before = open;
      line.open = before && sameOpen(before, look.open) ? before : look.open;
    }
  }

  /** The lines of a paragraph behind one of them, as far as words may be bold together. */
  restOf(at) {
    const behind = this.lines.slice(at + 1, at + 1 + LONGEST_SPAN).map((line) => line.text);
    const end = behind.findIndex((text) => !text.trim());
    return (end < 0 ? behind : behind.slice(0, end)).join("\n");
  }

  /** Put `text` in place of from..to. `select` is [anchor, focus] afterwards; the caret stands behind the text without it. */
  replace(from, to, text, { select, isTyping = false } = {}) {
    const after = select ?? [from + text.length, from + text.length];
    this.undo.add({ at: from, gone: this.text.slice(from, to), came: text, before: [this.caret.anchor, this.caret.focus], after }, isTyping);
    this.change(from, to, text, after, isTyping && text ? "insertText" : "");
  }

  /** `inputType` is what the field's `input` event says, as it would of a text area. */
  change(from, to, text, [anchor, focus], inputType = "") {
    const [first, before] = this.lineAt(from);
    const [last, behind] = this.lineAt(to);
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    this.field.value = this.text;
    const texts = (this.lines[first].text.slice(0, before) + text + this.lines[last].text.slice(behind)).split("\n");
    const [kept, ...gone] = this.lines.slice(first, last + 1);
    kept.text = texts[0];
    const fresh = texts.slice(1).map((one) => ({ text: one, element: document.createElement("div") }));
    for (const line of gone) line.element.remove();
    kept.element.after(...fresh.map((line) => line.element));
    this.lines.splice(first + 1, gone.length, ...fresh);
    this.paint(first, first + fresh.length + 1);
    this.select(anchor, focus);
    this.field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType }));
  }

  /** The number of the line that holds an offset, and the offset in it. */
  lineAt(offset) {
    let rest = offset;
    for (const [number, { text }] of this.lines.entries()) {
      if (rest <= text.length) return [number, rest];
      rest -= text.length + 1;
    }
    return [this.lines.length - 1, this.lines.at(-1).text.length];
  }

  startOf(number) { return this.lines.slice(0, number).reduce((sum, { text }) => sum + text.length + 1, 0); }

  // What is selected

  /** {from, to, text} of what is selected; where the browser stands between a run and its hidden marks, outside of it. */
  selected() {
    this.readSelection();
    const [from, to] = [this.caret.anchor, this.caret.focus].sort((a, b) => a - b);
    return { from, to, text: this.text.slice(from, to) };
  }

  /** Take over what the browser has selected since this was last looked at. */
  readSelection() {
    const now = document.getSelection();
    if (!now.anchorNode || !this.element.contains(now.anchorNode) || !this.element.contains(now.focusNode)) return;
    const places = [now.anchorNode, now.anchorOffset, now.focusNode, now.focusOffset];
    if (this.places?.every((one, at) => one === places[at])) return;
    this.places = places;
    const [anchor, focus] = [this.offsetOf(places[0], places[1]), this.offsetOf(places[2], places[3])];
    this.caret = anchor === focus ? this.collapsedAt(focus) : this.aroundRuns(anchor, focus);
  }

  /** A caret that comes to the edge of a run whose marks are hidden stops outside of it. */
  collapsedAt(offset) {
    for (const run of this.runsAt(offset)) {
      if (run.isOpen) continue;
      if (offset <= run.inner[0]) return { anchor: run.from, focus: run.from };
      if (offset >= run.inner[1]) return { anchor: run.to, focus: run.to };
    }
    return { anchor: offset, focus: offset };
  }

  /** A selection that goes over the edge of a run takes its hidden mark along. */
  aroundRuns(anchor, focus) {
    let [from, to] = [Math.min(anchor, focus), Math.max(anchor, focus)];
    for (const run of this.runsAt(to)) if (!run.isOpen && to >= run.inner[1] && from <= run.from) to = run.to;
    for (const run of this.runsAt(from)) if (!run.isOpen && from <= run.inner[0] && to >= run.to) from = run.from;
    return anchor <= focus ? { anchor: from, focus: to } : { anchor: to, focus: from };
  }

  /** The runs at an offset, the outer ones first: {element, from, to, inner, isOpen}; `inner` is between their marks. */
  runsAt(offset) {
    const [number, rest] = this.lineAt(offset);
    const start = this.startOf(number);
    const found = [];
    const look = (parent, at) => {
      for (const child of parent.childNodes) {
        const length = child.textContent.length;
        if (child.nodeType === Node.ELEMENT_NODE && at <= rest && rest <= at + length) {
          if (child.classList.contains("run")) found.push(runOf(child, start + at));
          look(child, at);
        }
        at += length;
      }
    };
    look(this.lines[number].element, 0);
    return found;
  }

  /** Select a stretch of the text. What would be inside a merge tag is behind it. */
  select(anchor, focus = anchor) {
    const tags = this.tags();
    const outside = (offset) => tags.find((tag) => tag.from < offset && offset < tag.to)?.to ?? offset;
    this.caret = { anchor: outside(anchor), focus: outside(focus) };
    this.unfold();
    const [from, to] = [this.placeOf(this.caret.anchor), this.placeOf(this.caret.focus)];
    this.places = [...from, ...to];
    document.getSelection().setBaseAndExtent(...this.places);
    this.reveal();
  }

  offsetOf(node, offset) {
    if (node === this.element) return offset < this.lines.length ? this.startOf(offset) : this.text.length;
    const number = this.lines.findIndex((line) => line.element.contains(node));
    const range = document.createRange();
    range.setStart(this.lines[number].element, 0);
    range.setEnd(node, offset);
    return this.startOf(number) + range.toString().length;
  }

  /** [node, offset] of an offset in the text, never inside a merge tag. */
  placeOf(offset) {
    const [number, inLine] = this.lineAt(offset);
    const { element } = this.lines[number];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let place = [element, 0];
    for (let rest = inLine; walker.nextNode(); rest -= walker.currentNode.length) {
      const node = walker.currentNode;
      const tag = node.parentElement.closest(".tag");
      if (rest < 0) return place;
      if (!tag && rest <= node.length) return [node, rest];
      if (tag) place = [tag.parentNode, [...tag.parentNode.childNodes].indexOf(tag) + (rest > 0 ? 1 : 0)];
      if (tag && rest < node.length) return place;
    }
    return place;
  }

  /** After the browser moved the caret: where it is, and which marks are shown for it. */
  follow() {
    const { places } = this;
    this.readSelection();
    if (places === this.places) return;
    this.undo.pause();
    this.unfold();
    const { anchor, focus } = this.caret;
    if (anchor === focus && this.offsetOf(this.places[2], this.places[3]) !== focus) this.select(focus);
  }

  /** Show the marks of the line and the runs that the caret is at, and hide those where it was: not under a mouse that selects. */
  unfold() {
    const { anchor, focus } = this.caret;
    if (anchor !== focus && this.isByMouse) return;
    this.fold();
    for (const offset of new Set([anchor, focus])) {
      this.lines[this.lineAt(offset)[0]].element.classList.add("near");
      for (const run of this.runsAt(offset)) run.element.classList.add("near");
    }
  }

  fold() { for (const element of this.element.querySelectorAll(".near")) element.classList.remove("near"); }

  /** Where from..to stands on the screen. */
  box(from, to = from) {
    const range = document.createRange();
    range.setStart(...this.placeOf(from));
    range.setEnd(...this.placeOf(to));
    const boxes = range.getClientRects();
    return boxes[boxes.length - 1] ?? this.lines[this.lineAt(to)[0]].element.getBoundingClientRect();
  }

  /** Scroll so far that the caret can be seen. */
  reveal() {
    const box = this.box(this.caret.focus);
    const scroller = this.element.closest(".write");
    const isOwn = scroller && getComputedStyle(scroller).overflowY !== "visible";
    const view = isOwn ? scroller.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    const by = box.bottom > view.bottom - 24 ? box.bottom - view.bottom + 24 : box.top < view.top + 60 ? box.top - view.top - 60 : 0;
    if (by) (isOwn ? scroller : window).scrollBy(0, by);
  }

  // What is done to it

  beforeInput(event) {
    if (this.isComposing || event.inputType === "insertCompositionText") return;
    event.preventDefault();
    const { from, to } = this.selected();
    const type = event.inputType;
    if (type === "insertText") this.replace(from, to, event.data ?? "", { isTyping: from === to && event.data?.length === 1 });
    else if (type === "insertParagraph" || type === "insertLineBreak") this.replace(from, to, "\n");
    else if (type === "insertReplacementText") this.replaceWord(event);
    else if (type.startsWith("insert")) this.replace(from, to, plainOf(event));
    else if (type === "historyUndo") this.again(this.undo.back());
    else if (type === "historyRedo") this.again(this.undo.forth());
    else if (type.startsWith("delete")) this.take(type, from, to);
  }

  /** What the browser's spelling check puts in place of a word. */
  replaceWord(event) {
    const [range] = event.getTargetRanges();
    if (range) this.replace(this.offsetOf(range.startContainer, range.startOffset), this.offsetOf(range.endContainer, range.endOffset), plainOf(event));
  }

  take(type, from, to) {
    if (from === to) {
      const length = reach(type, type.endsWith("Forward") ? this.text.slice(to) : this.text.slice(0, from));
      if (type.endsWith("Forward")) to += length;
      else from -= length;
    }
    // A merge tag goes as a whole: half of one is no words of anybody.
    for (const tag of this.tags()) {
      if (tag.from < to && from < tag.to) [from, to] = [Math.min(from, tag.from), Math.max(to, tag.to)];
    }
    if (from < to) this.replace(from, to, "", { isTyping: to - from === 1 });
  }

  /** The merge tags that are shown as one: {element, from, to}. */
  tags() {
    return [...this.element.querySelectorAll(".tag")].map((element) => {
      const from = this.offsetOf(element, 0);
      return { element, from, to: from + element.textContent.length };
    });
  }

  again(change) {
    if (change) this.change(change.at, change.at + change.gone.length, change.came, change.after);
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z") this.again(event.shiftKey ? this.undo.forth() : this.undo.back());
    else if (key === "y") this.again(this.undo.forth());
    else if (key === "a") this.select(0, this.text.length);
    else return;
    event.preventDefault();
  }

  copy(event) {
    const { text } = this.selected();
    if (!text) return false;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    return true;
  }

  drop(event) {
    const text = event.dataTransfer.getData("text/plain");
    if (event.defaultPrevented || !text) return;
    event.preventDefault();
    const place = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    const at = place && this.element.contains(place.startContainer) ? this.offsetOf(place.startContainer, place.startOffset) : this.text.length;
    this.element.focus();
    this.replace(at, at, text.replace(/\r\n?/g, "\n"));
  }

  /** What the browser itself drew (an input method, an extension): read as text, and drawn again as it looks. */
  readBack() {
    const text = [...this.element.childNodes].map(textOf).join("\n");
    if (text === this.text) return;
    const { from, gone, came } = difference(this.text, text);
    const selection = document.getSelection();
    const caret = this.element.contains(selection.focusNode) ? offsetIn(this.element, selection.focusNode, selection.focusOffset) : from + came.length;
    this.undo.add({ at: from, gone, came, before: [this.caret.anchor, this.caret.focus], after: [caret, caret] }, false);
    this.field.value = text;
    this.draw();
    this.select(caret);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function sameOpen(one, other) { return Object.keys(one).every((name) => one[name] === other[name]); }

/** A run's element as stretches of the text: its own, and what stands between its marks. */
function runOf(element, from) {
  const to = from + element.textContent.length;
  const before = element.firstChild.classList?.contains("mark") ? element.firstChild.textContent.length : 0;
  const behind = element.lastChild.classList?.contains("mark") || element.lastChild.classList?.contains("address") ? element.lastChild.textContent.length : 0;
  return { element, from, to, inner: [from + before, to - behind], isOpen: element.classList.contains("near") };
}

/** Give an element the look of a line, and change only what is different: the spelling marks of the rest stay. */
function dress(element, { kind, looks }) {
  const isNear = element.classList.contains("near");
  element.className = `line ${kind}${isNear ? " near" : ""}`;
  const drawn = looks.map(drawnOf);
  // An empty line is as high as any other, and so is the caret behind a merge tag at the end.
  if (!drawn.length || drawn.at(-1).className === "tag") drawn.push(document.createElement("br"));
  morph(element, drawn);
}

function drawnOf(look) {
  if (typeof look === "string") return document.createTextNode(look);
  const span = document.createElement("span");
  span.className = look.is;
  if (look.says) span.dataset.says = look.says;
  if (look.is === "tag") {
    span.contentEditable = "false";
    span.setAttribute("role", "img");
    span.setAttribute("aria-label", look.says);
  }
  span.append(...look.looks.map(drawnOf));
  return span;
}

function morph(parent, drawn) {
  const there = [...parent.childNodes];
  for (const [at, node] of drawn.entries()) {
    const old = there[at];
    if (!old) parent.append(node);
    else if (!isAlike(old, node)) old.replaceWith(node);
    else if (node.nodeType === Node.TEXT_NODE) { if (old.data !== node.data) retype(old, node.data); }
    else if (node.dataset.says !== old.dataset.says) old.replaceWith(node);
    else morph(old, [...node.childNodes]);
  }
  for (const old of there.slice(drawn.length)) old.remove();
}

function isAlike(one, other) {
  return one.nodeName === other.nodeName && (one.className ?? "").replace(" near", "") === (other.className ?? "");
}

function retype(node, text) {
  const { from, gone, came } = difference(node.data, text);
  node.replaceData(from, gone.length, came);
}

/** Where two texts differ: `came` in the one stands in place of `gone` in the other. */
function difference(old, text) {
  const most = Math.min(old.length, text.length);
  let from = 0;
  while (from < most && old[from] === text[from]) from += 1;
  let behind = 0;
  while (behind < most - from && old[old.length - 1 - behind] === text[text.length - 1 - behind]) behind += 1;
  return { from, gone: old.slice(from, old.length - behind), came: text.slice(from, text.length - behind) };
}

function plainOf(event) {
  return (event.dataTransfer?.getData("text/plain") || event.data || "").replace(/\r\n?/g, "\n");
}

/** The text of a block as a browser draws it: a line break that stands last only keeps the line open. */
function textOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeName === "BR") return "";
  const copy = node.cloneNode(true);
  for (const line of copy.querySelectorAll("br")) line.replaceWith(line === copy.lastChild ? "" : "\n");
  return copy.textContent;
}

/** The offset of a place in what the browser drew. */
function offsetIn(element, node, offset) {
  const children = [...element.childNodes];
  if (node === element) return children.slice(0, offset).reduce((sum, one) => sum + textOf(one).length + 1, 0);
  const number = children.findIndex((one) => one.contains(node));
  const range = document.createRange();
  range.setStart(children[number], 0);
  range.setEnd(node, offset);
  return children.slice(0, number).reduce((sum, one) => sum + textOf(one).length + 1, 0) + range.toString().length;
}

/** How many letters a press takes away out of the text on its side of the caret. */
function reach(type, text) {
  const isForward = type.endsWith("Forward");
  if (type.includes("Word")) return (isForward ? WORD_AHEAD : WORD_BEHIND).exec(text)[0].length || Math.min(text.length, 1);
  if (type.includes("Line")) {
    const rest = isForward ? text.split("\n", 1)[0] : text.slice(text.lastIndexOf("\n") + 1);
    return rest.length || Math.min(text.length, 1);
  }
  const near = isForward ? text.slice(0, 40) : text.slice(-40);
  const letters = [...LETTERS.segment(near)];
  return (isForward ? letters[0] : letters.at(-1))?.segment.length ?? 0;
}
