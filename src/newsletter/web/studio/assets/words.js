// A field of Markdown: what is selected in it, how text comes into it, and the tools over it.
//
// A field is its text area, `textarea.words`. Its `value` is the Markdown, and an `input` event tells of each change. It is written in by a
// surface that shows the words as they look, or by the text area itself: everybody else asks here, and need not know which.

import { Surface } from "./surface.js";
import { changeTag } from "./tag.js";

const surfaces = new WeakMap();
const PLAIN = "newsletter:plain-words";

/** The field that an event in its words belongs to; null for an event anywhere else. */
export function fieldOf(target) {
  const surface = target?.closest?.(".surface");
  return surface ? document.getElementById(surface.dataset.of) : target?.closest?.("textarea.words") ?? null;
}

/** What is selected: {from, to} in the field's value, and its text. `from` is the caret where nothing is. */
export function selected(field) {
  const surface = surfaces.get(field);
  if (surface) return surface.selected();
  const { selectionStart: from, selectionEnd: to, value } = field;
  return { from, to, text: value.slice(from, to) };
}

/** Select from..to, and go there. */
export function select(field, from, to = from) {
  const surface = surfaces.get(field);
  (surface?.element ?? field).focus();
  if (surface) surface.select(from, to);
  else field.setSelectionRange(from, to);
}

/**
 * Put text in place of what is selected, or of what stands between `from` and `to`: one step for undo.
 * The caret stands behind it afterwards; with `select`, [from, to] of the new value is selected.
 */
export function insert(field, text, { from, to, select: chosen } = {}) {
  const at = selected(field);
  const surface = surfaces.get(field);
  if (surface) {
    surface.element.focus();
    surface.replace(from ?? at.from, to ?? at.to, text, { select: chosen });
    return;
  }
  field.focus();
  field.setSelectionRange(from ?? at.from, to ?? at.to);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, from ?? at.from, to ?? at.to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (chosen) field.setSelectionRange(...chosen);
}

/** Where from..to of the value stands on the screen: a DOMRect. In a text area that is the whole of it. */
export function boxOf(field, from, to = from) {
  return surfaces.get(field)?.box(from, to) ?? field.getBoundingClientRect();
}

/** Show the words as they look, or as plain text; `button` says which, and the browser remembers it. */
function show(field, button, isPlain) {
  surfaces.get(field)?.close();
  surfaces.delete(field);
  if (!isPlain) surfaces.set(field, new Surface(field, () => fallBack(field, button)));
  button.setAttribute("aria-pressed", isPlain);
}

function fallBack(field, button) {
  surfaces.delete(field);
  button.setAttribute("aria-pressed", true);
  field.focus();
  const line = document.createElement("p");
  Object.assign(line, { className: "checks small", textContent: "Your words are shown as plain text now: showing them as they look did not work here. Nothing is lost." });
  line.setAttribute("role", "status");
  field.before(line);
}

function wantsPlain() { try { return localStorage.getItem(PLAIN) === "yes"; } catch { return false; } }
function remember(isPlain) { try { localStorage.setItem(PLAIN, isPlain ? "yes" : "no"); } catch { /* it is asked for again next time */ } }

function around(field, mark) {
  const { from, to, text } = selected(field);
  const n = mark.length;
  if (field.value.slice(from - n, from) === mark && field.value.slice(to, to + n) === mark) {
    insert(field, text, { from: from - n, to: to + n, select: [from - n, to - n] });
  } else {
    insert(field, mark + text + mark, { select: [from + n, to + n] });
  }
}

/** The whole paragraphs that the selection touches: [from, to]. */
export function paragraphs(value, from, to) {
  const before = value.lastIndexOf("\n\n", Math.max(from - 1, 0));
  const after = value.indexOf("\n\n", to);
  return [before < 0 ? 0 : before + 2, after < 0 ? value.length : after];
}

export function toQuote(text) {
  return text.split("\n").map((line) => (line ? `> ${line}` : ">")).join("\n");
}

export function fromQuote(text) {
  return text.split("\n").map((line) => line.replace(/^> ?/, "")).join("\n");
}

function quote(field) {
  const at = selected(field);
  const [from, to] = paragraphs(field.value, at.from, at.to);
  const text = field.value.slice(from, to);
  const isQuote = text.split("\n").every((line) => line.startsWith(">"));
  const changed = isQuote ? fromQuote(text) : toQuote(text);
  insert(field, changed, { from, to, select: [from, from + changed.length] });
}

function link(field) {
  const { from, text } = selected(field);
  const words = text || "words";
  insert(field, `[${words}](https://)`, { select: [from + words.length + 3, from + words.length + 11] });
}

/** Add text behind what is selected, and select a stretch of it. */
function add(field, text, selectFrom = text.length, selectTo = selectFrom) {
  const at = selected(field).to;
  insert(field, text, { from: at, to: at, select: [at + selectFrom, at + selectTo] });
}

/** Change the merge tag of an element, or the one that the caret stands at; false where there is none. */
function changeTagAt(field, element = null) {
  const { from, to } = selected(field);
  const tag = surfaces.get(field)?.tags().find((one) => (element ? one.element === element : from === to && (one.from === to || one.to === to)));
  if (!tag) return false;
  changeTag(field.value.slice(tag.from, tag.to), (source) => insert(field, source, { from: tag.from, to: tag.to }));
  return true;
}

const TOOLS = {
  bold: (field) => around(field, "**"),
  italic: (field) => around(field, "*"),
  link,
  quote,
  name: (field) => changeTagAt(field) || add(field, '{{ first_name | default("there") }}', 27, 32),
  remark: (field) => add(field, "<!-- @: remark -->", 6),
};

const KEYS = { b: "bold", i: "italic", k: "link" };

/** Make the words and the tools of a part work; `choosePicture` is asked for the Markdown of a picture. */
export function tools(part, choosePicture) {
  const bar = part.querySelector(".tools");
  const field = part.querySelector("textarea.words");
  if (!bar || !field) return;
  bar.hidden = false;
  const plain = bar.querySelector("[data-tool=plain]");
  show(field, plain, wantsPlain());
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool;
    if (name === "plain") { remember(surfaces.has(field)); show(field, plain, surfaces.has(field)); }
    else if (name === "image") choosePicture((text) => add(field, text));
    else if (name) TOOLS[name](field);
  });
  part.addEventListener("click", (event) => {
    const tag = event.target.closest(".surface .tag");
    if (tag && fieldOf(tag) === field) changeTagAt(field, tag);
  });
  part.addEventListener("keydown", (event) => {
    if (fieldOf(event.target) !== field || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const tool = KEYS[key] ?? (event.shiftKey && (key === "9" || key === "(") ? "quote" : null);
    // Where nothing is selected, the same key opens the search.
    if (tool === "link" && !selected(field).text) return;
    if (tool) { event.preventDefault(); TOOLS[tool](field); }
  });
}
