// Notes beside the words: on what is selected, saved without leaving the page, and those of others as they come.

import { csrf, post, root } from "./studio.js";
import { goTo, here, whenSaved } from "./compose.js";
import { standBeside } from "./beside.js";
import { fieldOf, select, selected } from "./words.js";

const write = document.querySelector("#write");
const CONTEXT = 60;
const FOLLOW = 8000;

const margin = () => write.querySelector("#notes");
const partKey = () => write.querySelector("form.part")?.dataset.key ?? "";
const keptName = (area) => `newsletter:${root}:note:${margin().dataset.noteFile}:${area.dataset.kept}`;

/** What is selected in a field of the part: {field, quote, before, after}, or null. */
function marked() {
  if (!lastField?.isConnected) return null;
  const { value, dataset: { field } } = lastField;
  const { from, to, text: quote } = selected(lastField);
  return quote ? { field, quote, before: value.slice(Math.max(from - CONTEXT, 0), from), after: value.slice(to, to + CONTEXT) } : null;
}

let lastField = null;
write.addEventListener("focusin", (event) => {
  lastField = fieldOf(event.target) ?? event.target.closest("form.part [data-field]") ?? lastField;
});

/** Open the form for a new note, on what is selected where something is. */
function begin() {
  const fold = margin()?.querySelector("#new-note");
  if (!fold) return;
  fold.open = true;
  const form = fold.querySelector("form");
  const words = marked();
  if (words) {
    const choices = [...(form.elements.field.options ?? [form.elements.field])].map((one) => one.value);
    if (choices.includes(words.field)) for (const name of ["field", "quote", "before", "after"]) form.elements[name].value = words[name];
  }
  form.elements.note.focus();
  form.scrollIntoView({ block: "nearest" });
}

/** Take over the notes of the part that the page shows now: what was typed and not saved is put back. */
function takeOver() {
  if (!margin()) return;
  for (const area of margin().querySelectorAll("[data-kept]")) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(keptName(area))); } catch { /* a browser that keeps nothing */ }
    if (!kept?.text || area.value) continue;
    area.value = kept.text;
    // Under the same mark it is noted once, also where two tabs have it and both save it.
    area.form.elements.id.value = kept.mark;
    for (let fold = area.closest("details"); fold && margin().contains(fold); fold = fold.parentElement.closest("details")) fold.open = true;
  }
  const tools = write.querySelector(".tools");
  if (tools && !tools.querySelector("[data-note]")) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Note", title: "Note on what is selected (Ctrl Alt M)" });
    button.dataset.note = "";
    button.addEventListener("click", begin);
    tools.append(button);
  }
}

function keep(area) {
  try {
    if (area.value) localStorage.setItem(keptName(area), JSON.stringify({ mark: area.form.elements.id.value, text: area.value }));
    else localStorage.removeItem(keptName(area));
  } catch { /* full or forbidden: it is on the screen */ }
}

async function send(form, button) {
  // The words that a note is about have to be in their file first.
  await whenSaved();
  const data = Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "csrf"));
  data.act = button.value;
  const path = button.formAction.endsWith("/suggestions") ? `${here}/suggestions` : `${here}/notes`;
  const [status, answer] = await post(path, data);
  if (status !== 200) {
    const line = form.querySelector("[role=alert]");
    line.textContent = `${answer.message ?? "It was not saved."} ${answer.fix ?? ""}`;
    line.hidden = false;
    return;
  }
  for (const area of form.querySelectorAll("[data-kept]")) { area.value = ""; keep(area); }
  for (const fold of form.querySelectorAll("details")) fold.open = false;
  if (form.closest("#new-note")) form.closest("#new-note").open = false;
  if (button.value === "accept") await goTo(partKey(), true);
  else await refresh(form);
  document.dispatchEvent(new Event("noted"));
  document.getElementById(`note-${data.on ?? answer.id}`)?.focus();
}

/** The notes of the open part as they are now. A new note that is begun stays in its form, unless that was the one that was `sent`. */
async function refresh(sent = null) {
  const key = partKey();
  let response;
  try { response = await fetch(`${root}/studio${here}?part=${encodeURIComponent(key)}&notes`, { redirect: "error" }); } catch { return; }
  if (!response.ok || key !== partKey() || !margin()) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#notes");
  if (!fresh) return;
  for (const field of fresh.querySelectorAll("[name=csrf]")) field.value = csrf;
  const at = spot();
  for (const fold of margin().querySelectorAll("details[open]")) unfold(fresh, fold);
  const begun = margin().querySelector("#new-note");
  if (!begun.contains(sent) && [...begun.querySelectorAll("textarea")].some((area) => area.value)) fresh.querySelector("#new-note").replaceWith(begun);
  margin().replaceWith(fresh);
  placeSoon();
  takeOver();
  spot(at)?.focus();
}

const boxOf = (element) => element.closest("#notes [id]:is(article, .new-note)");
const stops = (box) => [box, ...box.querySelectorAll("summary, button, textarea, input:not([type=hidden]), select")];

/** Where the focus is among the notes: [a note's id, which of its stops]; given such a place, the element that is there now. */
function spot(place) {
  if (place) { const box = document.getElementById(place[0]); return box && stops(box)[place[1]]; }
  const box = margin().contains(document.activeElement) ? boxOf(document.activeElement) : null;
  return box && [box.id, stops(box).indexOf(document.activeElement)];
}

/** Leave open in the new margin what was open in the one before. */
function unfold(fresh, fold) {
  const box = fold.matches(".over") ? null : boxOf(fold);
  const same = box ? fresh.querySelector(`#${CSS.escape(box.id)}`) : fresh.querySelector(".over");
  if (!same) return;
  const n = box ? [box, ...box.querySelectorAll("details")].indexOf(fold) : 0;
  const twin = [same, ...same.querySelectorAll("details")][n];
  if (twin?.matches("details")) twin.open = true;
}

/** Show the words that a note is about. */
function show(quote) {
  const area = write.querySelector(`form.part [data-field="${CSS.escape(quote.dataset.field)}"]`);
  const at = area?.value.indexOf(quote.dataset.quote) ?? -1;
  if (at < 0) return;
  select(area, at, at + quote.dataset.quote.length);
}

write.addEventListener("input", (event) => { for (const area of event.target.form?.querySelectorAll("[data-kept]") ?? []) keep(area); });
write.addEventListener("submit", (event) => {
  if (!event.target.closest("#notes")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  send(event.target, event.submitter);
}, true);
write.addEventListener("click", (event) => {
  const quote = event.target.closest("blockquote[data-quote]");
  if (quote) show(quote);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.altKey && event.key.toLowerCase() === "m") { event.preventDefault(); begin(); }
});
document.addEventListener("part", () => { takeOver(); if (location.hash.startsWith("#note-")) document.getElementById(location.hash.slice(1))?.focus(); });
takeOver();
const placeSoon = standBeside(write);

/** Tell the others where we are, and hear where they are; what they note comes by itself, unless somebody is writing here. */
async function follow() {
  if (document.hidden) return;
  const file = margin()?.dataset.noteFile ?? "";
  const [status, answer] = await post(`${here}/here`, { part: partKey(), file });
  if (status !== 200) return;
  for (const line of document.querySelectorAll("#toc [data-part]")) {
    const names = answer.present[line.dataset.part] ?? [];
    const said = names.length ? `${names.join(", ")} ${names.length === 1 ? "is" : "are"} here` : "";
    let shown = line.querySelector(".here");
    if (!said) { shown?.remove(); continue; }
    if (!shown) { shown = Object.assign(document.createElement("span"), { className: "here" }); line.append(shown); }
    shown.textContent = said;
  }
  if (!margin() || answer.notes === margin().dataset.notes) return;
  const isWriting = [...margin().querySelectorAll("textarea")].some((area) => area.value);
  if (!isWriting) { await refresh(); document.dispatchEvent(new Event("noted")); }
}
document.addEventListener("part", follow);
setInterval(follow, FOLLOW);
follow();
