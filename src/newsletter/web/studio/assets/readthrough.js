// Reading an issue through: the browser reads it aloud, sentence by sentence, and a paragraph is edited where it stands.

import { isTyping, root } from "./studio.js";
import { Saver, forget, keptOf } from "./saver.js";
import { Voice } from "./voice.js";

const issue = document.querySelector("#copy").dataset.issue;
const here = `${root}/studio/issues/${issue}`;
const said = document.querySelector("#read-said");
const play = document.querySelector("[data-voice=play]");
const versions = {};
// A sentence this near to an edge of the window, in pixels, is brought to its middle.
const MARGIN = 120;
// The sentence that is marked: its block's name, and its number in it.
let marked = null;
// The block that is being edited: its form, and the field that it is a part of.
let open = null;
let known = null;

const copy = () => document.querySelector("#copy");
const spansOf = (place) => [...document.getElementById(place.name)?.querySelectorAll(`[data-sentence="${place.number}"]`) ?? []];
const wordsOf = (place) => spansOf(place).map((span) => span.textContent).join("");

/** Every sentence of the page in reading order, as {name, number}. */
function sentences() {
  const found = [];
  for (const span of copy().querySelectorAll("[data-sentence]")) {
    const place = { name: span.closest(".block").id, number: span.dataset.sentence };
    const last = found.at(-1);
    if (last?.name !== place.name || last.number !== place.number) found.push(place);
  }
  return found;
}

function mark(place, { scroll = true } = {}) {
  for (const span of copy().querySelectorAll(".here")) span.classList.remove("here");
  marked = place;
  if (!place) return;
  const spans = spansOf(place);
  for (const span of spans) span.classList.add("here");
  const box = spans[0]?.getBoundingClientRect();
  if (!scroll || !box || (box.top > MARGIN && box.bottom < innerHeight - MARGIN)) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  spans[0].scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}

/** The sentence `steps` away from the marked one; without one the first that can be seen. */
function beside(steps) {
  const all = sentences();
  const at = marked ? all.findIndex((one) => one.name === marked.name && one.number === marked.number) : -1;
  if (at >= 0) return all[at + steps];
  return all.find((one) => spansOf(one)[0].getBoundingClientRect().top > 80) ?? all[0];
}

const voice = new Voice({
  language: copy().lang,
  next: () => { const place = beside(1); if (place) mark(place); return place ? wordsOf(place) : null; },
  changed: (isReading) => {
    play.textContent = isReading ? "Pause" : "Read aloud";
    play.setAttribute("aria-pressed", isReading);
  },
});

function toggle() {
  if (voice.isReading) { voice.stop(); return; }
  if (!marked || !spansOf(marked).length) mark(beside(1));
  if (marked) voice.read(wordsOf(marked));
}

function step(steps) {
  const place = beside(steps);
  if (!place) return;
  mark(place);
  if (voice.isReading) voice.read(wordsOf(place));
}

const saver = new Saver(`/issues/${issue}`, versions, {
  saving: () => say("saving …"),
  saved: () => say("saved"),
  away: () => say("The studio does not answer. What you typed is kept in this browser.", "bad"),
  refused: (message, fix) => say(`Not saved: ${message} ${fix}`, "bad"),
  clash,
});

function say(text, kind = "") {
  const line = open?.form.querySelector("[role=status]") ?? said;
  line.textContent = text;
  line.className = `small ${kind || "soft"}`;
}

/** Open the block of a sentence for editing, with the caret at that sentence. */
async function edit(place) {
  if (!copy().classList.contains("can-edit")) return;
  voice.stop();
  if (open && !(await close())) return;
  mark(place, { scroll: false });
  const block = document.getElementById(place.name);
  if (!block) return;
  const { file, field, at } = block.dataset;
  let answer;
  try { answer = await fetch(`${here}/read?${new URLSearchParams({ file, field, at, form: "" })}`, { redirect: "error" }); } catch { /* below */ }
  if (!answer?.ok) { say("This paragraph can't be opened now. Load the page again.", "bad"); return; }
  const words = wordsOf(place);
  block.innerHTML = await answer.text();
  const form = block.querySelector("form");
  const area = form.elements["value-words"];
  open = { form, area, file, field, block, before: form.dataset.before, after: form.dataset.after };
  versions[file] = form.elements.base.value;
  form.querySelector("button").textContent = "Done";
  form.querySelector("a").remove();
  area.addEventListener("input", () => saver.typed(file, field, open.before + area.value + open.after));
  form.addEventListener("submit", (event) => { event.preventDefault(); close(); });
  area.focus();
  const caret = caretAt(area.value, words);
  area.setSelectionRange(caret, caret);
}

/** Where a sentence begins in its Markdown: marks and links stand between its words there. */
function caretAt(markdown, words) {
  const first = words.split(/\s+/).slice(0, 4);
  for (let n = first.length; n > 0; n -= 1) {
    const at = markdown.indexOf(first.slice(0, n).join(" "));
    if (at >= 0) return at;
  }
  return 0;
}

/** Save what is open and show the page as it is now, where it was. False while the words could not be saved. */
async function close() {
  await saver.flush();
  if (!saver.isIdle || open.form.querySelector(".versions")) return false;
  const { block } = open;
  open = null;
  await refresh(block.id, block.getBoundingClientRect().top);
  return true;
}

/** Load the words anew; the block `name` stays at this height of the window. */
async function refresh(name, top) {
  let answer;
  try { answer = await fetch(`${here}/read?bare`, { redirect: "error" }); } catch { /* below */ }
  if (!answer?.ok) { say("The page could not be loaded again.", "bad"); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  copy().replaceWith(document.adoptNode(page.querySelector("#copy")));
  // What is shown from here on is what the next look compares with.
  known = null;
  begin();
  const block = name && document.getElementById(name);
  if (block) {
    window.scrollBy(0, block.getBoundingClientRect().top - top);
    if (marked) mark(spansOf(marked).length ? marked : sentences().find((one) => one.name === name) ?? null, { scroll: false });
  }
  await look();
}

function clash(file, field, value, answer) {
  const mine = open.area.value;
  const box = document.createElement("div");
  box.className = "versions";
  box.innerHTML = `<p><b>This was changed elsewhere too.</b> Nothing is overwritten: choose what is to stand.</p>
    <div>What you typed<pre></pre><button type="button" class="first">Keep mine</button></div>
    <div>What the file holds now<pre></pre><button type="button">Keep that</button></div>`;
  const [typed, theirs] = box.querySelectorAll("pre");
  typed.textContent = mine;
  theirs.textContent = answer.theirs.text;
  const [keep, leave] = box.querySelectorAll("button");
  keep.addEventListener("click", () => { versions[file] = answer.theirs.version; box.remove(); saver.typed(file, field, value); });
  leave.addEventListener("click", () => { forget(file, field); box.remove(); close(); });
  open.form.append(box);
  keep.focus();
}

/** Whether a file was changed elsewhere; then the page shows it. */
async function look() {
  let found;
  try { found = await (await fetch(`${here}/versions`, { redirect: "error" })).json(); } catch { return; }
  const isNews = known && JSON.stringify(found) !== JSON.stringify(known);
  known = found;
  if (isNews && !open) {
    const first = [...copy().querySelectorAll(".block")].find((one) => one.getBoundingClientRect().bottom > 0);
    await refresh(first?.id, first?.getBoundingClientRect().top ?? 0);
  }
}

function begin() {
  copy().classList.toggle("can-edit", copy().querySelector(".pen") !== null);
  const blocks = [...copy().querySelectorAll(".block")];
  document.querySelector(".kept").hidden = !blocks.some(({ dataset }) => keptOf(dataset.file, dataset.field));
}

document.body.classList.add("is-live");
document.querySelector(".voice").hidden = false;
if (!voice.isThere) {
  for (const part of document.querySelectorAll("[data-voice], #speed")) part.hidden = true;
  say("This browser has no voice to read with.");
}
document.querySelector(".voice").addEventListener("click", (event) => {
  const act = event.target.closest("[data-voice]")?.dataset.voice;
  if (act === "play") toggle();
  else if (act) step(act === "on" ? 1 : -1);
});
document.querySelector("#speed").addEventListener("change", (event) => {
  voice.rate = Number(event.target.value);
  if (voice.isReading) voice.read(wordsOf(marked));
});
document.addEventListener("click", (event) => {
  const pen = event.target.closest(".pen");
  const span = event.target.closest("[data-sentence]");
  if (event.ctrlKey || event.metaKey || (event.target.closest("a") && !pen)) return;
  // Somebody who selects words is reading them, or copies them.
  if (!pen && (!span || !document.getSelection().isCollapsed)) return;
  event.preventDefault();
  const name = (pen ?? span).closest(".block").id;
  edit({ name, number: span?.dataset.sentence ?? sentences().find((one) => one.name === name)?.number ?? "0" });
});
document.addEventListener("keydown", (event) => {
  if (open && (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey)))) {
    event.preventDefault();
    close();
    return;
  }
  if (isTyping(event) || event.target.closest("button, a, summary, dialog")) return;
  if (event.key === " " && voice.isThere) { event.preventDefault(); toggle(); }
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "e") { event.preventDefault(); edit(marked ?? beside(1)); }
});
window.addEventListener("beforeunload", (event) => {
  if (!saver.isIdle) { saver.flush(); event.preventDefault(); }
});
window.addEventListener("pagehide", () => voice.stop());
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
setInterval(() => { if (!document.hidden && saver.isIdle) look(); }, 3000);
begin();
const asked = copy().querySelector("form.edit");
if (asked) {
  history.replaceState(null, "", `${here}/read`);
  edit({ name: asked.closest(".block").id, number: "0" });
}
look();
