// Finds are sorted by keys and thumbs: a press is seen at once and sent behind it, one after the other, and any can be undone.

import { csrf, isTyping, root } from "./studio.js";

const SECONDS_TO_LEARN = 8;
const TRIES_TO_LEARN = 6;
const list = document.querySelector("#finds");
const done = document.querySelector("#done");
const asOne = document.querySelector("#as-one");
const waiting = [];
let isSending = false;
let last = null;

const rows = () => [...list.querySelectorAll(".find:not([hidden])")];
const idOf = (row) => row.id.slice(1);
const box = (row) => row.querySelector("input[name=find]");
const current = () => document.activeElement?.closest(".find");

function say(words, isBad = false) {
  done.textContent = words;
  done.classList.toggle("bad", isBad);
}

/** The fields of a press as the form would send them; short, for many may have to go at once when the page is left. */
function fieldsOf({ act, ids, asOne }) {
  const body = new URLSearchParams({ csrf, press: act });
  for (const id of ids) body.append("find", id);
  if (asOne) body.append("as-one", "on");
  const section = document.querySelector(`[name="section-${act.slice(1)}"]`);
  if (section) body.append(section.name, section.value);
  for (const id of ids) {
    const link = document.querySelector(`#link-${id}`);
    if (link) body.append(link.name, link.value);
  }
  return body;
}

function show(ids) {
  for (const id of ids) {
    const row = document.querySelector(`#f${id}`);
    if (row) row.hidden = false;
  }
}

/** What is pressed leaves the list at once; the row below takes the focus, so that the next press needs no way there. */
function press(act, pressed) {
  const all = rows();
  const below = all.slice(all.indexOf(pressed.at(-1)) + 1).find((row) => !pressed.includes(row));
  const next = below ?? all.filter((row) => !pressed.includes(row)).at(-1);
  for (const row of pressed) {
    row.hidden = true;
    if (box(row)) box(row).checked = false;
  }
  next?.focus();
  waiting.push({ act, ids: pressed.map(idOf), asOne: asOne?.checked });
  if (asOne) asOne.checked = false;
  send();
}

async function send() {
  if (isSending) return;
  isSending = true;
  while (waiting.length) {
    const one = waiting[0];
    const told = await sent(one);
    waiting.shift();
    if (told === null) {
      show(one.ids);
      say("The studio does not answer. Nothing was changed; press it again once it is running.", true);
      continue;
    }
    settle(one, told);
  }
  isSending = false;
}

async function sent(one) {
  try {
    const options = { method: "POST", body: fieldsOf(one), headers: { Accept: "application/json" }, redirect: "error", keepalive: true };
    const answer = await fetch(`${root}/studio/finds`, options);
    return await answer.json();
  } catch {
    return null;
  }
}

function settle(one, told) {
  const changed = (told.changed ?? []).map(String);
  say([told.said, told.message, told.fix].filter(Boolean).join(" "), !told.said);
  if (told.next) document.querySelector("#filling").innerHTML = told.next;
  const count = document.querySelector('[data-count="waiting"]');
  if (count && told.waiting !== undefined) count.textContent = told.waiting.toLocaleString("en");
  if (one.act !== "u") {
    // Those about which somebody else has decided stay out of the list.
    show((told.waits ?? one.ids).map(String));
    return;
  }
  show(changed);
  const back = changed.map((id) => document.querySelector(`#f${id}`));
  if (back.includes(null) && !waiting.length) location.reload();
  back[0]?.focus();
}

/** Those that are ticked, else the row that has the focus. */
function meant() {
  const ticked = rows().filter((row) => box(row)?.checked);
  return ticked.length ? ticked : [current()].filter(Boolean);
}

function go(step, extending) {
  const all = rows();
  const from = all.indexOf(current());
  const row = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  if (!row) return;
  if (extending) {
    if (from >= 0 && box(all[from])) box(all[from]).checked = true;
    if (box(row)) box(row).checked = true;
  }
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

const steps = { j: 1, J: 1, ArrowDown: 1, k: -1, K: -1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const inBox = event.target.matches?.("#finds input[type=checkbox]");
  if ((isTyping(event) && !inBox) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in steps) {
    if (event.key.startsWith("Arrow") && !current()) return;
    event.preventDefault();
    go(steps[event.key], event.shiftKey);
  } else if (event.key === " " && event.target.matches?.(".find")) {
    event.preventDefault();
    if (box(event.target)) box(event.target).checked = !box(event.target).checked;
  } else if (event.key === "m" && asOne) {
    asOne.checked = !asOne.checked;
    const n = rows().filter((row) => box(row)?.checked).length;
    say(!asOne.checked ? "" : n > 1 ? `One post of ${n}: press a number, or e for the shortlist.` : "Tick several finds, then press a number.");
  } else if (event.key === "u") {
    waiting.push({ act: "u", ids: [] });
    send();
  } else if (canPress(event.key) && list.querySelector(".presses [name=press]")) {
    const pressed = meant();
    if (pressed.length) press(/[1-9]/.test(event.key) ? `s${event.key}` : event.key, pressed);
    else rows()[0]?.focus();
  }
});

function canPress(key) {
  return /^[elx]$/.test(key) || (/^[1-9]$/.test(key) && document.querySelector(`[name="section-${key}"]`));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.('button[name="press"][form="act"]');
  if (button) {
    event.preventDefault();
    const words = button.value.split(" ");
    if (words[0] === "u") {
      waiting.push({ act: "u", ids: [] });
      send();
      return;
    }
    const pressed = words.length > 1 ? [document.querySelector(`#f${words[0]}`)] : rows().filter((row) => box(row)?.checked);
    if (pressed.length) press(words.at(-1), pressed);
    else say("Tick the finds that you mean first.", true);
    return;
  }
  // With Shift, all rows from the one that was ticked last.
  const ticked = event.target.closest?.("#finds input[type=checkbox]");
  if (!ticked) return;
  const all = rows();
  const ends = [last, ticked.closest(".find")].map((row) => all.indexOf(row)).sort((a, b) => a - b);
  if (event.shiftKey && ends[0] >= 0) for (const row of all.slice(ends[0], ends[1] + 1)) box(row).checked = ticked.checked;
  last = ticked.closest(".find");
});

// What was pressed and not sent yet goes along when the page is left; the one under way is sent to its end anyway.
addEventListener("pagehide", () => {
  for (const one of waiting.slice(isSending ? 1 : 0)) navigator.sendBeacon(`${root}/studio/finds`, fieldsOf(one));
});

for (const select of document.querySelectorAll(".filter select")) select.addEventListener("change", () => select.form.submit());

// The pages of new finds are read in the background: what is learnt of one comes into its row.
const unread = () => rows().filter((row) => row.dataset.unread !== undefined);

async function learn(tries) {
  if (!unread().length || !tries) return;
  const answer = await fetch(location.href).catch(() => null);
  const there = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  for (const row of unread()) {
    const now = there?.getElementById(row.id);
    if (!now || now.dataset.unread !== undefined) continue;
    row.querySelector(".what").replaceWith(now.querySelector(".what"));
    delete row.dataset.unread;
  }
  setTimeout(learn, SECONDS_TO_LEARN * 1000, tries - 1);
}

setTimeout(learn, SECONDS_TO_LEARN * 1000, TRIES_TO_LEARN);

const zone = document.querySelector("#drop");
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  zone.classList.add("over");
});
document.addEventListener("dragleave", () => zone.classList.remove("over"));
document.addEventListener("drop", async (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  zone.classList.remove("over");
  const body = new FormData();
  for (const file of event.dataTransfer.files) body.append("file", file);
  const answer = await fetch(`${root}/studio/finds/files`, { method: "POST", body, headers: { "X-CSRF-Token": csrf, Accept: "application/json" }, redirect: "error" });
  const told = await answer.json();
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.textContent = (told.said ?? [told.message, told.fix]).join(" ");
  zone.append(line);
});
