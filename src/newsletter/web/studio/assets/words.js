// The tools over a field of Markdown: marks around words, paragraphs to quotes and back, merge tags and remarks.

/** Put text in place of the selection so that the browser's own undo can take it back. */
function put(area, text, from, to, select) {
  area.focus();
  area.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (select) area.setSelectionRange(select[0], select[1]);
}

function around(area, mark) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const inside = value.slice(from, to);
  const n = mark.length;
  if (value.slice(from - n, from) === mark && value.slice(to, to + n) === mark) {
    put(area, inside, from - n, to + n, [from - n, to - n]);
  } else {
    put(area, mark + inside + mark, from, to, [from + n, to + n]);
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

function quote(area) {
  const [from, to] = paragraphs(area.value, area.selectionStart, area.selectionEnd);
  const text = area.value.slice(from, to);
  const isQuote = text.split("\n").every((line) => line.startsWith(">"));
  const changed = isQuote ? fromQuote(text) : toQuote(text);
  put(area, changed, from, to, [from, from + changed.length]);
}

function link(area) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const text = value.slice(from, to) || "words";
  put(area, `[${text}](https://)`, from, to, [from + text.length + 3, from + text.length + 11]);
}

function insert(area, text, selectFrom, selectTo) {
  const at = area.selectionEnd;
  put(area, text, at, at, [at + selectFrom, at + selectTo]);
}

const TOOLS = {
  bold: (area) => around(area, "**"),
  italic: (area) => around(area, "*"),
  link,
  quote,
  name: (area) => insert(area, '{{ first_name | default("there") }}', 27, 32),
  remark: (area) => insert(area, "<!-- @: remark -->", 6, 6),
};

/** Make the tools of a part work; `choosePicture` is asked for the Markdown of a picture. */
export function tools(part, choosePicture) {
  const bar = part.querySelector(".tools");
  const area = part.querySelector("textarea.words");
  if (!bar || !area) return;
  bar.hidden = false;
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("[data-tool]")?.dataset.tool;
    if (name === "image") choosePicture((text) => insert(area, text, text.length, text.length));
    else if (name) TOOLS[name](area);
  });
  area.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const tool = { b: "bold", i: "italic", k: "link" }[key] ?? (event.shiftKey && (key === "9" || key === "(") ? "quote" : null);
    if (tool) { event.preventDefault(); TOOLS[tool](area); }
  });
}
