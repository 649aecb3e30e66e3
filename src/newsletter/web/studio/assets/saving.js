// Saving a find: fills the form with what was shared, keeps it on this device first, and sends it when the studio answers.

import { root } from "./studio.js";
import { change, drop, keep, kept, look, makeReady, sendAll, sendLater } from "./queue.js";

const AGAIN = 15_000;
const ADDRESS = /https?:\/\/[^\s<>"]+/i;
const LONGEST_TITLE = 300;
const MARKS = "\"“”„«» ";
const WHY = {
  away: "The studio does not answer.",
  out: "You are not signed in.",
  barred: "Your account may not save finds: ask an owner.",
};

const form = document.querySelector("#save");
/** The find on this device whose words stand in the form again: it stays until they are kept anew. */
let replaced = "";
const field = (name) => form.elements[name];
const part = (where) => document.querySelector(where);

/** Take apart what was shared, by the same rule as the studio does without scripts. */
export function read({ url, title, text }) {
  const address = (url || text).match(ADDRESS)?.[0].replace(/[.,;:!?'’”]+$/, "") ?? "";
  const words = text.replace(ADDRESS, "").trim();
  if (!words || words === title) return { url: address, title, quote: "" };
  const isTitle = !title && !MARKS.includes(words[0]) && !words.includes("\n") && words.length <= LONGEST_TITLE;
  if (isTitle) return { url: address, title: words, quote: "" };
  const bare = [...words];
  while (bare.length && MARKS.includes(bare[0])) bare.shift();
  while (bare.length && MARKS.includes(bare.at(-1))) bare.pop();
  return { url: address, title, quote: bare.join("") };
}

/** What stands in this page's address: fields, or behind the hash an address as it is, which a shortcut puts there. */
function sentAlong() {
  const given = new URLSearchParams(location.search);
  const word = (name) => (given.get(name) ?? "").trim();
  const behind = location.hash.slice(1);
  const plain = /^https?%3A/i.test(behind) ? decoded(behind) : behind;
  const shared = read({ url: word("url") || (ADDRESS.test(plain) && plain.startsWith("http") ? plain : ""), title: word("title"), text: word("text") });
  return { ...shared, quote: word("quote") || shared.quote };
}

function decoded(address) {
  try { return decodeURIComponent(address); } catch { return address.replace(/%3A/i, ":").replaceAll(/%2F/gi, "/"); }
}

/** An address as people say it: its site alone. */
const siteOf = (url) => URL.canParse(url) ? new URL(url).host.replace(/^www\./, "") : url;

function show() {
  const [title, address] = part(".shared").children;
  const url = field("url").value;
  title.textContent = field("title").value;
  address.textContent = siteOf(url);
}

function fill(fields) {
  for (const [name, value] of Object.entries(fields)) {
    if (field(name)?.type === "checkbox") field(name).checked = value === "on";
    else if (field(name)) field(name).value = value;
  }
  part(".sent").open = !field("url").value || Boolean(field("quote").value);
  show();
}

const fields = () => {
  const { csrf, act, ...typed } = Object.fromEntries(new FormData(form));
  return typed;
};

function say(words, { isLost = false, isSending = false } = {}) {
  part("#problem").textContent = isLost ? words : "";
  part("#done").hidden = isLost;
  // A page that is left now would be left before the find is sent.
  part("#done .acts").hidden = isSending;
  form.hidden = !isLost;
  if (isLost) return;
  const line = part("#done p");
  line.textContent = words;
  line.focus();
}

function button(words, of, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words, className: "quiet" });
  made.append(Object.assign(document.createElement("span"), { className: "sr", textContent: `: ${of}` }));
  made.addEventListener("click", press);
  return made;
}

/** The list of what waits on this device, each with what keeps it. */
async function list(state) {
  const all = (await kept()).filter((find) => find.once !== replaced);
  part("#kept").hidden = !all.length;
  part("#kept p").replaceChildren(WHY[state] ?? "", state === "out" ? " " : "");
  if (state === "out") part("#kept p").append(Object.assign(document.createElement("a"), { href: `${root}/studio/enter`, textContent: "Sign in" }), ", and they are sent.");
  part("#kept ul").replaceChildren(...all.map((find) => {
    const row = Object.assign(document.createElement("li"), { className: "row" });
    const what = document.createElement("div"), acts = Object.assign(document.createElement("div"), { className: "acts" });
    const name = find.fields.title || siteOf(find.fields.url);
    what.append(Object.assign(document.createElement("span"), { className: "title", textContent: name }));
    what.append(Object.assign(document.createElement("div"), { className: find.refused ? "bad" : "about", textContent: find.refused || (state === "there" ? "Somebody else saved it here. It is sent once they sign in." : "Waits to be sent.") }));
    acts.append(button("Edit", name, () => edit(find, state)));
    if (state === "there" && !find.refused) acts.append(button("It is mine", name, async () => { await change({ ...find, who: null }); await sendWaiting(); }));
    acts.append(button("Delete", name, async () => { if (window.confirm("Delete what was kept here? The studio never got it.")) { await drop(find.once); await list(state); } }));
    row.append(what, acts);
    return row;
  }));
}

/** Put the words of a kept find back into the form. It is not sent meanwhile, and still there if the page is closed. */
async function edit(find, state) {
  if (!form.hidden && field("url").value && !window.confirm("Put these words in place of those in the form?")) return;
  await change({ ...find, refused: find.refused || "You began to edit this, and did not save it." });
  replaced = find.once;
  part("#done").hidden = true;
  form.hidden = false;
  fill(find.fields);
  await list(state);
  field("note").focus();
}

async function sendWaiting() {
  const done = await sendAll();
  await list(done.state);
  return done;
}

/** Keep the form, then send it. Its button is pressed once, however often it is tapped. */
async function save() {
  const typed = fields();
  const find = await keep(typed);
  if (replaced) await drop(replaced);
  replaced = "";
  say("Kept on this device. It is being sent …", { isSending: true });
  const { state, said } = await sendWaiting();
  const own = (await kept()).find((one) => one.once === find.once);
  if (!own) { say(said[find.once] ?? "Saved."); return; }
  if (own.refused) { replaced = find.once; await list(state); say(own.refused, { isLost: true }); return; }
  if (state === "barred") { say(`Kept on this device. ${WHY.barred}`); return; }
  const later = await sendLater() && state === "away" ? "It is sent by itself once it does, at the latest" : "It is sent";
  say(`Kept on this device. ${WHY[state] ?? "Somebody else saved it here."} ${later} when you next open the studio here.`);
}

/** A browser that keeps nothing on its device: send the form as it stands, and stay where it is if nobody answers. */
async function saveUnkept() {
  const [state, own] = await look();
  if (state !== "there") { say(`${WHY[state]} This browser keeps nothing on the device: leave this page open, and press again later.`, { isLost: true }); return; }
  field("csrf").value = own.csrf;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: "save" }));
  form.submit();
}

/** What the studio knows of the address, as soon as it says so. */
async function ask() {
  const url = field("url").value;
  const [state, answer] = await look(ADDRESS.test(url) ? url : "");
  if (url === field("url").value) part("#known").textContent = state === "there" ? answer.known.join(" ") : "";
}

if (!field("url").value) fill(sentAlong());
show();
ask();
field("url").addEventListener("change", () => { show(); ask(); });
field("title").addEventListener("input", show);
let isSaving = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSaving) return;
  isSaving = true;
  try { await save(); } catch { await saveUnkept(); } finally { isSaving = false; }
});
part("#done button").addEventListener("click", () => {
  part("#done").hidden = true;
  form.reset();
  for (const name of ["url", "title", "quote", "note", "html", "position"]) field(name).value = "";
  part("#known").textContent = "";
  form.hidden = false;
  fill({});
  field("url").focus();
});
window.addEventListener("online", sendWaiting);
setInterval(() => { if (!part("#kept").hidden && !document.hidden) sendWaiting(); }, AGAIN);
sendWaiting().catch(() => {});
makeReady();
