// What is found in the issue, beside its words: counted in one line, opened one by one, settled where they stand.

import { post, root } from "./studio.js";
import { goTo, here, onChange, whenSaved } from "./compose.js";

const list = document.querySelector("#found");
const count = document.querySelector("#found-count");
const AGAIN = 900;
let timer = null;
/** The change that was just made here, which can be undone until something else is written. */
let change = "";

async function look() {
  let page;
  let isLooking;
  try {
    const response = await fetch(`${root}/studio${here}/findings?bare${change.replace("?", "&")}`, { redirect: "error" });
    if (!response.ok) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html").body;
    isLooking = page.querySelector("[data-looking]") !== null;
  } catch { return; }
  draw(page);
  if (isLooking) later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, AGAIN);
}

/** Put the list in place, with what is open and half typed in it as it was. */
function draw(page) {
  const focused = list.contains(document.activeElement) && document.activeElement.name === "reason";
  for (const old of list.querySelectorAll("details")) {
    if (!old.open && !old.querySelector("[name=reason]")?.value) continue;
    const same = [...page.querySelectorAll("details")].find((one) => nameOf(one) === nameOf(old));
    if (!same) continue;
    same.open = old.open;
    const [was, now] = [old, same].map((one) => one.querySelector("[name=reason]"));
    if (!was || !now) continue;
    now.value = was.value;
    if (focused && was === document.activeElement) now.dataset.goesOn = "";
  }
  list.replaceChildren(...page.childNodes);
  list.querySelector("[data-goes-on]")?.focus();
  tell();
  dots();
}

function nameOf(finding) { return `${finding.parentNode.dataset.part} ${finding.querySelector(".words").textContent}`; }

function tell() {
  const [errors, others] = ["is-bad", ""].map((kind) => [...list.querySelectorAll(`.finding[data-kind="${kind}"]`)].reduce((n, one) => n + Number(one.dataset.n), 0));
  count.replaceChildren(
    ...(errors ? [mark(`${errors} must be fixed`, "bad")] : []),
    ...(errors && others ? [" · "] : []),
    ...(others ? [`${others} to check`] : []),
    ...(errors || others ? [] : [mark("Nothing stops it", "good")]),
  );
  const beside = document.querySelector("[data-problems]");
  if (beside) beside.textContent = errors ? `; ${errors} problem${errors === 1 ? "" : "s"}` : others ? `; ${others} to check` : "";
}

function mark(text, kind) {
  return Object.assign(document.createElement("span"), { className: kind, textContent: text });
}

/** A dot at each part of the outline that something is found in: the worst of it. */
function dots() {
  for (const old of document.querySelectorAll("#toc .entry .dot.finding")) old.remove();
  const worst = new Map();
  for (const one of list.querySelectorAll(".finding:not([data-kind=is-none])")) {
    if (worst.get(one.dataset.part) !== "is-bad") worst.set(one.dataset.part, one.dataset.kind);
  }
  for (const [part, kind] of worst) {
    const dot = Object.assign(document.createElement("span"), { className: `dot finding ${kind}`.trim() });
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", kind ? "must be fixed" : "check this");
    document.querySelector(`#toc .entry[data-part="${CSS.escape(part)}"]`)?.append(" ", dot);
  }
}

list.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  list.closest("details").open = false;
  goTo(link.dataset.open, Boolean(link.dataset.more), link.dataset.more);
});

// A press settles it in place: what is typed is saved first, for the answer is about the file.
list.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  if (!(await whenSaved())) return;
  let response;
  let answer;
  try {
    response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: fields });
    answer = await response.json();
  } catch { answer = { message: "The studio does not answer.", fix: "What you typed is kept here." }; }
  if (!response?.ok) return refuse(form, answer);
  form.querySelector("[name=reason]")?.remove();
  change = new URL(response.url).search;
  await goTo("", true);
  await look();
});

function refuse(form, { message, fix }) {
  const line = form.querySelector(".refused") ?? form.appendChild(Object.assign(mark("", "bad refused")));
  line.setAttribute("role", "alert");
  line.textContent = `${message} ${fix}`;
}

const share = document.querySelector("#share");
share.hidden = false;
share.addEventListener("click", async () => {
  const [status, answer] = await post(`${here}/share`, {});
  if (status === 200) window.prompt(`Whoever has this link sees the issue, for ${answer.days} days:`, answer.link);
});

document.addEventListener("outline", dots);
onChange((typed) => {
  // Once the typing pauses: each look takes the server as long as several previews.
  if (typed && !typed.saved) return;
  if (typed) change = "";
  later();
});
look();
