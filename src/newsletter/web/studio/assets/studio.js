// What every page of the studio does with keys: `g` and a letter goes to a page, `?` shows the keys.

import "./edges.js";

export const root = document.querySelector('meta[name="root"]').content;
export const csrf = document.querySelector('meta[name="csrf"]').content;

/** Post JSON to a page of the studio (a path below /studio). Resolves to [status, answer]; status 0 is no answer at all. */
export async function post(path, data, options = {}) {
  try {
    const response = await fetch(`${root}/studio${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(data),
      redirect: "error",
      ...options,
    });
    const kind = response.headers.get("content-type") ?? "";
    return [response.status, kind.includes("json") ? await response.json() : await response.text()];
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return [0, { message: "The studio does not answer.", fix: "What you typed is kept here. Is it still running?" }];
  }
}

/** Whether somebody is typing, so that a letter is a letter. */
export function isTyping(event) {
  return event.target.closest?.("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey;
}

let waiting = false;
document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (waiting) {
    waiting = false;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
  } else if (event.key === "?") {
    document.querySelector("#keys")?.showModal();
  } else if (event.key === "g") {
    waiting = true;
    setTimeout(() => { waiting = false; }, 1500);
  }
});

const hint = document.querySelector("[data-keys]");
if (hint) {
  hint.hidden = false;
  hint.addEventListener("click", () => document.querySelector("#keys").showModal());
}

// A form that asks first, in words of its own.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask ?? event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
});

// What was kept on this device while the studio did not answer is sent by the next of its pages that is opened.
async function sendKept() {
  const { hasKept, kept, makeReady, sendAll } = await import("./queue.js");
  if (window.matchMedia("(display-mode: standalone)").matches) makeReady();
  if (!await hasKept()) return;
  const sent = Object.keys((await sendAll()).said).length;
  if (sent) tell(sent === 1 ? "A find that was kept on this device is saved." : `${sent} finds that were kept on this device are saved.`);
  const refused = (await kept()).filter((find) => find.refused).length;
  if (!refused) return;
  const look = Object.assign(document.createElement("a"), { href: `${root}/studio/finds/add`, textContent: "See why" });
  tell(refused === 1 ? "A find is kept on this device and not saved. " : `${refused} finds are kept on this device and not saved. `, look);
}

function tell(...words) {
  const line = Object.assign(document.createElement("p"), { className: "said", role: "status" });
  line.append(...words);
  document.querySelector("header").after(line);
}
const isSavingPage = document.querySelector("#save");
if (document.querySelector("form.me") && globalThis.indexedDB && !isSavingPage) sendKept().catch(() => {});
