// Notes stand beside the line that they are about, where the screen has a margin for them.

const wide = window.matchMedia("(min-width: 1181px)");

/** The line that a note is about, as it is drawn; null where its words are gone or the text is shown plain. */
function lineOf(note, write) {
  const quote = note.querySelector("blockquote[data-quote]");
  const area = quote && write.querySelector(`form.part [data-field="${CSS.escape(quote.dataset.field)}"]`);
  const at = area?.value.indexOf(quote.dataset.quote) ?? -1;
  if (at < 0) return null;
  if (!area.hidden) return area.matches(".title") ? area : null;
  return write.querySelector(".surface")?.children[area.value.slice(0, at).split("\n").length - 1] ?? null;
}

/** In the order of the words, those about no line last. A note that has the keyboard is not moved under it. */
function inOrder(margin, places) {
  const notes = [...places.keys()];
  const sorted = [...notes].sort((one, other) => (places.get(one) ?? Infinity) - (places.get(other) ?? Infinity) || 0);
  if (margin.contains(document.activeElement) || notes.every((note, n) => note === sorted[n])) return notes;
  const after = notes.at(-1).nextSibling;
  for (const note of sorted) margin.insertBefore(note, after);
  return sorted;
}

/** Move each open note down to its line, or below the note above it. */
export function placeNotes(write) {
  const margin = write.querySelector("#notes");
  if (!margin) return;
  const notes = [...margin.querySelectorAll(":scope > .note")];
  for (const note of notes) note.style.marginTop = "";
  if (!wide.matches) return;
  const places = new Map(notes.map((note) => [note, lineOf(note, write)?.getBoundingClientRect().top ?? null]));
  for (const note of inOrder(margin, places)) {
    const wanted = places.get(note), gap = wanted === null ? 0 : wanted - note.getBoundingClientRect().top;
    if (gap > 0) note.style.marginTop = `${gap}px`;
  }
}

/** Place them now, and again whenever the words, the notes or the window change. */
export function standBeside(write) {
  let timer = null;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => placeNotes(write), 200); };
  for (const event of ["part", "noted"]) document.addEventListener(event, soon);
  write.addEventListener("input", soon);
  write.addEventListener("toggle", soon, true);
  window.addEventListener("resize", soon);
  soon();
  return soon;
}
