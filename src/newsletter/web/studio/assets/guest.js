// For guests: what is selected goes into the form for a note, and what is typed stays in this browser until it is sent.

const CONTEXT = 60;
const key = (area) => `newsletter:guest:${location.pathname}:${area.dataset.kept}`;

/** The words that are selected in a part: {quote, before, after}; null where none are, or in another part. */
function marked(words) {
  const selection = document.getSelection();
  if (!words || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!words.contains(range.commonAncestorContainer)) return null;
  const before = document.createRange();
  before.setStart(words, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const after = document.createRange();
  after.setStart(range.endContainer, range.endOffset);
  after.setEnd(words, words.childNodes.length);
  return { quote: selection.toString().trim(), before: before.toString().slice(-CONTEXT), after: after.toString().slice(0, CONTEXT) };
}

let last = null;
document.addEventListener("selectionchange", () => {
  for (const section of document.querySelectorAll("section[data-file]")) {
    const words = marked(section.querySelector("[data-words]"));
    if (words) last = { section, words };
  }
});

for (const fold of document.querySelectorAll(".new-note")) {
  fold.addEventListener("toggle", () => {
    const form = fold.querySelector("form");
    if (!fold.open || form.elements.quote.value) return;
    if (last && last.section === fold.closest("section")) {
      for (const name of ["quote", "before", "after"]) form.elements[name].value = last.words[name];
    }
    form.elements.note.focus();
  });
}

for (const area of document.querySelectorAll("[data-kept]")) {
  try { area.value ||= localStorage.getItem(key(area)) ?? ""; } catch { /* a browser that keeps nothing */ }
  for (let fold = area.value && area.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  area.addEventListener("input", () => { try { localStorage.setItem(key(area), area.value); } catch { /* it is on the screen */ } });
}
// The page that comes after a note was kept has it: what was typed for it is not needed any more.
const noted = document.getElementById(location.hash.slice(1));
if (noted) {
  const texts = new Set([...document.querySelectorAll(".note .said-text, .note ins")].map((one) => one.textContent.trim()));
  for (const area of document.querySelectorAll("[data-kept]")) {
    if (!texts.has(area.value.trim())) continue;
    try { localStorage.removeItem(key(area)); } catch { /* nothing was kept */ }
    area.value = "";
    area.closest("details").open = false;
  }
}
