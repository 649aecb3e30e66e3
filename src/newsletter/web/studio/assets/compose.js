// Composing an issue: parts open without losing a letter, are saved as they are typed, and follow edits made elsewhere.

import { isTyping, post, root } from "./studio.js";
import { Saver, forget, keptOf } from "./saver.js";
import { fieldOf, select, selected, tools } from "./words.js";
import { orderOf, ordering } from "./order.js";
import { choosePicture } from "./picture.js";
import { inserting } from "./menu.js";
import { isPasting, pasted, pasting } from "./paste.js";
import { watchEdges } from "./edges.js";
import "./crop.js";
import { goOn, whoseKeys } from "./whose.js";

const work = document.querySelector(".work");
const issue = work.dataset.issue;
export const here = `/issues/${issue}`;
const issueFile = `issues/${issue.padStart(3, "0")}.md`;
const status = document.querySelector("#saved");
const write = document.querySelector("#write");
const toc = document.querySelector("#toc");
const drawer = document.querySelector(".drawer");
const listeners = [];

/** Open a part; with `fresh` even if it is open already, because its file is another now. */
export async function goTo(key, fresh = false, more = undefined) {
  if (key && (fresh || key !== part().dataset.key)) await open(key, { more });
  else if (fresh) await open(part().dataset.key, { push: false });
  tell(null);
}

/** All that was typed is sent first; false where the studio does not answer. */
export async function whenSaved() { await saver.flush(); return saver.isIdle; }

/** Be told of every change: {file, field, value} as it is typed, {saved} when all of it is in its file, null when something else changed. */
export const flush = () => saver.flush();
export function onChange(listener) { listeners.push(listener); }
function tell(change) { for (const listener of listeners) listener(change); }

const versions = {};
let known = {};
let renamed = false;
const saver = new Saver(here, versions, {
  saving: () => say("saving …"),
  saved: () => {
    isSaved();
    // Our own words are no news to this page.
    Object.assign(known, versions);
    if (renamed) { renamed = false; outline(); }
    tell({ saved: true });
  },
  away: () => say("The studio does not answer. What you typed is kept in this browser.", "bad"),
  refused: (message, fix) => say(`Not saved: ${message} ${fix}`, "bad"),
  clash,
});

const isSaved = () => say(`saved · ${new Date().toLocaleTimeString([], { timeStyle: "short" })}`);

function say(text, kind = "") {
  status.textContent = text;
  status.className = `small ${kind || "soft"}`;
}

function part() { return write.querySelector("form.part"); }
/** What the address of the open part has besides: whether it asks whose every paragraph is, and the presses to undo. */
function moreOf() { return write.querySelector("#whose")?.dataset.more ?? ""; }

/** Take over the part that the page shows now. */
function begin() {
  const form = part();
  Object.assign(versions, JSON.parse(form.dataset.versions));
  const key = form.dataset.key;
  for (const field of form.querySelectorAll("[data-field]")) {
    const kept = keptOf(form.dataset.file, field.dataset.field);
    if (kept && kept.value !== field.value) offer(form, field, kept);
    else if (kept) forget(form.dataset.file, field.dataset.field);
    field.addEventListener("input", () => typed(form, field));
  }
  const heading = form.querySelector("#section-title");
  heading?.addEventListener("change", () => step({ step: "title", section: heading.dataset.section, title: heading.value }, key));
  tools(form, choosePicture);
  inserting(form, choosePicture);
  pasting(form, issue, {
    noted: (doubts) => saver.typed(form.dataset.file, "doubts", doubts.join("\n")),
    decide: () => goTo(key, true),
  });
  for (const link of toc.querySelectorAll("[data-part]")) {
    link.classList.toggle("on", link.dataset.part === key);
    link.toggleAttribute("aria-current", link.dataset.part === key);
  }
  document.dispatchEvent(new CustomEvent("part", { detail: { key, file: form.dataset.file } }));
}

function typed(form, field) {
  const { file } = form.dataset;
  renamed ||= ["title", "subject", "intro", "outro"].includes(field.dataset.field);
  saver.typed(file, field.dataset.field, field.value);
  tell({ file, field: field.dataset.field, value: field.value });
}

/** Words that the server never took (the power went, the studio was killed): they are put back and saved again. */
function offer(form, field, kept) {
  const theirs = field.value;
  field.value = kept.value;
  const line = document.createElement("p");
  line.className = "checks small";
  line.textContent = "These are words that had not been saved. ";
  const back = document.createElement("button");
  back.type = "button";
  back.className = "link";
  back.textContent = "Use what the file holds instead";
  back.addEventListener("click", () => { field.value = theirs; field.dispatchEvent(new Event("input")); line.remove(); });
  line.append(back);
  form.prepend(line);
  versions[form.dataset.file] = kept.base ?? versions[form.dataset.file];
  typed(form, field);
}

/** Open another part without loading the page; what waits is sent first. */
async function open(key, { push = true, more = key === part().dataset.key ? moreOf() : "" } = {}) {
  await pasted();
  await saver.flush();
  const address = `?part=${encodeURIComponent(key)}${more}`;
  let response;
  try { response = await fetch(`${address}&bare`, { redirect: "error" }); } catch { /* below */ }
  if (!response?.ok) { if (saver.isIdle) location.href = address; return; }
  write.innerHTML = await response.text();
  watchEdges(write);
  if (push) history.pushState({ key }, "", address);
  begin();
  show("#write");
}

async function outline() {
  let response;
  try { response = await fetch(`?part=${encodeURIComponent(part().dataset.key)}&outline`, { redirect: "error" }); } catch { return; }
  if (response.ok) toc.innerHTML = await response.text();
  document.dispatchEvent(new Event("outline"));
}

/** One step in the order of the posts, or all of it. */
async function step(data, key = part().dataset.key) {
  await saver.flush();
  const [code, answer] = await post(`${here}/order`, { base: versions[issueFile], ...data });
  if (code !== 200) { say(`Not moved: ${answer.message} ${answer.fix}`, "bad"); return; }
  versions[issueFile] = answer.version;
  // A step of our own is no news: the outline is not drawn again under somebody who drags on.
  known[issueFile] = answer.version;
  await open(key, { push: false });
  await outline();
  if (["add", "remove"].includes(data.step)) await refill();
  isSaved();
  tell(null);
}

/** To another section, the next issue or the shortlist. */
async function move(key, to) {
  await saver.flush();
  const [code, answer] = await post(`${here}/move`, { slug: key.slice(5), to, base: versions[issueFile] });
  if (code !== 200) { say(`Not moved: ${answer.message} ${answer.fix}`, "bad"); return; }
  versions[issueFile] = answer.version;
  await open(answer.gone ? "opening" : key, { push: answer.gone });
  await outline();
  if (answer.gone) await refill();
  say(answer.said);
  tell(null);
}

/** Decide whose words a paragraph is, or take that back. */
async function decide(press) {
  await saver.flush();
  if (!saver.isIdle) return;
  const { file, key } = part().dataset;
  const presses = write.querySelector("[name=presses]")?.value ?? "";
  const [code, answer] = await post(`${here}/whose`, { file, base: versions[file], press, presses });
  if (code !== 200) { say(`Not decided: ${answer.message} ${answer.fix}`, "bad"); return; }
  const mode = write.querySelector("#whose [name=all]") ? "&all" : "";
  await open(key, { push: false, more: `${mode}&presses=${encodeURIComponent(answer.presses)}` });
  Object.assign(known, versions);
  goOn(write, press);
  tell(null);
}

/** What is in no issue now lies in the drawer. */
async function refill() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    drawer.replaceChildren(...page.querySelector(".drawer").childNodes);
  } catch { /* the next page has it */ }
}

/** Take a post out, and offer to put it back where it was. */
async function takeOut(key) {
  const before = orderOf(toc);
  const [slug, title] = [key.slice(5), toc.querySelector(`[data-part="${CSS.escape(key)}"]`).textContent.trim()];
  await step({ step: "remove", slug }, "opening");
  if (toc.querySelector(`[data-part="${CSS.escape(key)}"]`)) return;
  say(`“${title}” is taken out. `);
  const back = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Put it back" });
  back.addEventListener("click", async () => {
    await step({ step: "add", slug }, key);
    // Its section is gone where it was the only post of one without a heading: then it stays at the end.
    if (orderOf(toc).length === before.length) await step({ sections: before }, key);
  });
  status.append(back);
  back.focus();
}

function clash(file, field, value, answer) {
  const dialog = document.querySelector("#clash");
  dialog.innerHTML = `<h2 id="clash-head">This was changed elsewhere too</h2><p>Nothing is overwritten: choose what is to stand.</p>
    <div class="versions"><div><b>What you typed</b><pre></pre><button class="first" data-take="mine">Keep mine</button></div>
    <div><b>What the file holds now</b><pre></pre><button data-take="theirs">Keep that</button></div></div>`;
  const [mine, theirs] = dialog.querySelectorAll("pre");
  mine.textContent = value;
  theirs.textContent = answer.theirs.text;
  dialog.onclick = async (event) => {
    const take = event.target.dataset?.take;
    if (!take) return;
    versions[file] = answer.theirs.version;
    dialog.close();
    if (take === "mine") saver.typed(file, field, value);
    else { forget(file, field); await open(part().dataset.key, { push: false }); }
  };
  dialog.showModal();
}

/** Whether a file was changed by somebody else: looked at every 1.5 s while the page is seen. */
async function look() {
  // An open question, such as for a picture, is about the words as they are on the page now.
  if (document.hidden || !saver.isIdle || document.querySelector("dialog[open]")) return;
  const before = { ...versions };
  let found;
  try {
    const response = await fetch(`${root}/studio${here}/versions?also=${encodeURIComponent(part().dataset.file)}`, { redirect: "error" });
    if (!response.ok) return;
    found = await response.json();
  } catch { return; }
  if (!saver.isIdle || document.querySelector("dialog[open]") || Object.entries(before).some(([file, version]) => versions[file] !== version)) return;
  const { file, key } = part().dataset;
  if (found[file] && found[file] !== versions[file]) {
    const goBack = placeOf(document.activeElement);
    await open(key, { push: false });
    goBack();
    say("changed elsewhere");
  }
  if (found[issueFile] && found[issueFile] !== known[issueFile]) await outline();
  if (Object.keys(found).some((name) => known[name] && known[name] !== found[name])) tell(null);
  known = found;
}

/** Where the caret is, as a function that goes back there once the part is drawn afresh. */
function placeOf(at) {
  const words = fieldOf(at);
  const [id, from, to] = words ? [words.id, selected(words).from, selected(words).to] : [at?.id, at?.selectionStart, at?.selectionEnd];
  return () => {
    const again = id && document.getElementById(id);
    if (again && words) select(again, from, to);
    else if (again) { again.focus(); try { again.setSelectionRange(from, to); } catch { /* not a field of text */ } }
  };
}

function show(target) {
  for (const room of work.children) room.classList.toggle("shown", `#${room.id}` === target);
  for (const link of document.querySelectorAll(".modes-small a")) link.classList.toggle("on", link.hash === target);
}

document.body.classList.add("is-live");
document.querySelector(".modes-small").addEventListener("click", (event) => {
  if (event.target.hash) { event.preventDefault(); show(event.target.hash); }
});
document.addEventListener("noted", outline);
toc.addEventListener("click", (event) => {
  const key = event.target.closest("[data-part]")?.dataset.part;
  if (key && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(key); }
});
write.addEventListener("submit", async (event) => {
  const pressed = event.submitter;
  const { key } = part().dataset;
  // A heading is saved as the form that it is.
  if (pressed?.value === "title") return;
  // So is one that brings a file.
  if (pressed && "form" in pressed.dataset) { part().elements.base.value = versions[part().dataset.file]; return; }
  event.preventDefault();
  if (pressed?.value === "remove") {
    takeOut(key);
  } else if (pressed?.name === "step") {
    step({ step: pressed.value, slug: key.slice(5) });
  } else if (pressed?.name === "move" || pressed?.name === "hold") {
    move(key, pressed.name === "hold" ? pressed.value : document.querySelector("#move-to").value);
  } else if (pressed?.name === "press") {
    decide(pressed.value);
  } else {
    await saver.flush();
  }
});
write.addEventListener("click", (event) => {
  const { more } = event.target.closest("a[data-more]")?.dataset ?? {};
  if (more !== undefined && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(part().dataset.key, { more }).then(() => tell(null)); }
});
whoseKeys(write);
drawer.addEventListener("submit", (event) => {
  event.preventDefault();
  const slug = event.target.dataset.slug;
  step({ step: "add", slug }, `post:${slug}`);
});
document.addEventListener("keydown", (event) => {
  const keys = [...toc.querySelectorAll("[data-part]")].map((link) => link.dataset.part);
  const { key } = part().dataset;
  if (event.key === "m" && !isTyping(event)) { event.preventDefault(); document.querySelector("#move-to")?.focus(); return; }
  const way = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 }[event.key];
  if (!way) return;
  if (event.altKey && key.startsWith("post:") && event.key.startsWith("Arrow")) {
    event.preventDefault();
    step({ step: way < 0 ? "up" : "down", slug: key.slice(5) });
  } else if (!isTyping(event) && !event.altKey && "jk".includes(event.key)) {
    const next = keys[keys.indexOf(key) + way];
    if (next) open(next);
  }
});
window.addEventListener("popstate", () => {
  const asked = new URLSearchParams(location.search);
  open(asked.get("part") ?? "", { push: false, more: asked.has("all") ? "&all" : "" });
});
window.addEventListener("beforeunload", (event) => {
  if (!saver.isIdle || isPasting()) { saver.flush(); event.preventDefault(); }
});
// Whoever goes on while something waits to be saved goes on when it is.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || saver.isIdle || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await saver.flush();
  location.href = link.href;
});
document.querySelector(".bar .test").addEventListener("submit", async (event) => {
  if (saver.isIdle) return;
  event.preventDefault();
  await saver.flush();
  if (saver.isIdle) event.target.requestSubmit(event.submitter);
});
ordering(toc, drawer, step, (slug) => move(`post:${slug}`, "next"));
begin();
show([...document.querySelectorAll(".modes-small a")].some((link) => link.hash === location.hash) ? location.hash : "#write");
setInterval(look, 1500);
// They ask this module for its words, so they come when it has some.
import("./preview.js");
import("./findings.js");
import("./approve.js");
