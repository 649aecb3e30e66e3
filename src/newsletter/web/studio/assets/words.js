// A field of Markdown: what is selected in it, how text comes into it, and the tools over it.
//
// A field is its text area, `textarea.words`. Its `value` is the Markdown, and an `input` event tells of each change.

/** The field that an event in its words belongs to; null for an event anywhere else. */
export function fieldOf(target) { return target.closest?.("textarea.words") ?? null; }

/** What is selected: {from, to} in the field's value, and its text. `from` is the caret where nothing is. */
export function selected(field) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  return { from, to, text: value.slice(from, to) };
}

/**
 * Put text in place of what is selected, or of what stands between `from` and `to`: one step for undo.
 * The caret stands behind it afterwards; with `select`, [from, to] of the new value is selected.
 */
export function insert(field, text, { from, to, select } = {}) {
  const at = selected(field);
  field.focus();
  field.setSelectionRange(from ?? at.from, to ?? at.to);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, from ?? at.from, to ?? at.to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (select) field.setSelectionRange(...select);
}

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

const TOOLS = {
  bold: (field) => around(field, "**"),
  italic: (field) => around(field, "*"),
  link,
  quote,
  name: (field) => add(field, '{{ first_name | default("there") }}', 27, 32),
  remark: (field) => add(field, "<!-- @: remark -->", 6),
};

/** Make the tools of a part work; `choosePicture` is asked for the Markdown of a picture. */
export function tools(part, choosePicture) {
  const bar = part.querySelector(".tools");
  const field = part.querySelector("textarea.words");
  if (!bar || !field) return;
  bar.hidden = false;
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool;
    if (name === "image") choosePicture((text) => add(field, text));
    else if (name) TOOLS[name](field);
  });
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const tool = { b: "bold", i: "italic", k: "link" }[key] ?? (event.shiftKey && (key === "9" || key === "(") ? "quote" : null);
    // Where nothing is selected, the same key opens the search.
    if (tool === "link" && !selected(field).text) return;
    if (tool) { event.preventDefault(); TOOLS[tool](field); }
  });
}
