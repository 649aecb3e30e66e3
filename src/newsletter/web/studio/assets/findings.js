// What stops the issue and what is to look at, beside its place in the outline; what has a plain mend is mended by a click.

import { post, root } from "./studio.js";
import { goTo, here, onChange } from "./compose.js";

const list = document.querySelector("#found");
const count = document.querySelector("#found-count");
let timer = null;
let found = [];

async function look() {
  let answer;
  try {
    const response = await fetch(`${root}/studio${here}/findings`, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!response.ok) return;
    answer = await response.json();
  } catch { return; }
  found = answer.findings.filter((one) => one.severity !== "note" && !one.waived);
  draw();
}

function draw() {
  const errors = found.filter((one) => one.severity === "error").length;
  const others = found.length - errors;
  count.replaceChildren(
    ...(errors ? [mark(`${errors} must be fixed`, "bad")] : []),
    ...(errors && others ? [" · "] : []),
    ...(others ? [`${others} to check`] : []),
    ...(found.length ? [] : [mark("Nothing stops it", "good")]),
  );
  list.replaceChildren(...found.map(row));
  const beside = document.querySelector("[data-problems]");
  if (beside) beside.textContent = errors ? `; ${errors} problem${errors === 1 ? "" : "s"}` : others ? `; ${others} to check` : "";
  dots();
}

function mark(text, kind) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

function row(one) {
  const line = document.createElement("div");
  line.className = "row dotted";
  const dot = document.createElement("span");
  dot.className = one.severity === "error" ? "dot is-bad" : "dot";
  dot.setAttribute("role", "img");
  dot.setAttribute("aria-label", one.severity === "error" ? "stops it" : "to look at");
  const text = document.createElement("div");
  const about = Object.assign(document.createElement("div"), { className: "about" });
  about.append(...coded(`${one.why} ${one.fix}`));
  text.append(...coded(one.message), about);
  const acts = document.createElement("div");
  const place = partOf(one);
  if (place) acts.append(button("Show", () => goTo(place)));
  if (one.mend) acts.append(" ", button("Fix", () => mend(one)));
  if (one.answer) acts.append(" ", button(one.answer, () => (one.at_words ? goTo(partOf(one), true, "&all") : settle(one))));
  line.append(dot, text, acts);
  return line;
}

/** A sentence whose parts between backticks are code. */
function coded(sentence) {
  return sentence.split("`").map((text, at) => (at % 2 ? Object.assign(document.createElement("code"), { textContent: text }) : text));
}

function button(name, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: name });
  made.addEventListener("click", act);
  return made;
}

async function mend(one) {
  const change = one.mend.new === null ? `Take out “${one.mend.old}”?` : `Change “${one.mend.old}” to “${one.mend.new}”?`;
  if (!one.mend.is_sure && !window.confirm(change)) return;
  const [status, answer] = await post(`${here}/mend`, { finding: one.id });
  if (status !== 200) count.textContent = `${answer.message} ${answer.fix}`;
  await goTo(partOf(one) ?? "", true);
  look();
}

async function settle(one) {
  const [status, answer] = await post(`${here}/answer`, { finding: one.id });
  if (status !== 200) count.textContent = `${answer.message} ${answer.fix}`;
  await goTo(partOf(one) ?? "", true);
  look();
}

/** The part of the outline where a finding is. */
function partOf(one) {
  const file = one.place?.file ?? "";
  if (file.startsWith("posts/")) return `post:${file.slice(6, -3)}`;
  if (one.slug) return `post:${one.slug}`;
  return file.startsWith("issues/") ? "inbox" : null;
}

function dots() {
  for (const old of document.querySelectorAll("#toc .entry .dot.finding")) old.remove();
  const worst = new Map();
  for (const one of found) if (partOf(one)) worst.set(partOf(one), worst.get(partOf(one)) === "error" ? "error" : one.severity);
  for (const [part, severity] of worst) {
    const entry = document.querySelector(`#toc .entry[data-part="${CSS.escape(part)}"]`);
    const dot = document.createElement("span");
    dot.className = severity === "error" ? "dot is-bad finding" : "dot finding";
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", severity === "error" ? "stops the issue" : "to look at");
    entry?.append(" ", dot);
  }
}

const share = document.querySelector("#share");
share.hidden = false;
share.addEventListener("click", async () => {
  const [status, answer] = await post(`${here}/share`, {});
  if (status === 200) window.prompt(`Whoever has this link sees the issue, for ${answer.days} days:`, answer.link);
});

document.addEventListener("outline", dots);
onChange((change) => {
  // Once the typing pauses: each look takes the server as long as several previews.
  if (change && !change.saved) return;
  clearTimeout(timer);
  timer = setTimeout(look, 900);
});
look();
