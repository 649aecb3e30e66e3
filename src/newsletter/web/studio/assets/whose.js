// Whose words a paragraph is: keys for the buttons of the form, and a mark on what is in doubt in the mail beside.

import { isTyping } from "./studio.js";

const KEYS = { 1: "theirs", 2: "ours", 3: "up-to-here", u: "undo" };

/** `1` theirs, `2` ours, `3` theirs up to here, `n` the next, `u` undo: for the paragraph that has the focus, or the first in doubt. */
export function whoseKeys(write) {
  document.addEventListener("keydown", (event) => {
    const section = write.querySelector("#whose");
    if (!section || isTyping(event) || document.querySelector("dialog[open]")) return;
    const at = document.activeElement.closest("[data-paragraph]") ?? section.querySelector(".doubtful");
    const act = KEYS[event.key];
    if (event.key === "n") {
      event.preventDefault();
      next(section, at === document.activeElement ? numberOf(at) + 1 : 0)?.focus();
    } else if (act === "undo") {
      section.querySelector("[value=undo]")?.click();
    } else if (act) {
      at?.querySelector(`[value^="${act} "]`)?.click();
    }
  });
}

/** After a press: the next doubt, or the same paragraph where nothing is in doubt any more. */
export function goOn(write, press) {
  const section = write.querySelector("#whose");
  const number = Number.parseInt(press.split(" ")[1] ?? "0", 10);
  const at = section?.querySelector(".doubtful") ? next(section, number) : section?.querySelector(`[data-paragraph^="${number}-"]`);
  (at ?? section?.querySelector("[value=undo]"))?.focus();
}

/** Mark what is in doubt in the mail: a dotted rule, and the reason in plain words. */
export function markDoubts(inside) {
  for (const { dataset } of document.querySelectorAll("#whose .doubtful")) {
    const words = letters(dataset.doubt);
    const found = [...inside.querySelectorAll("p, li")].find((one) => letters(one.textContent).startsWith(words));
    if (!found) continue;
    // Neither the manner of a quote nor ours, until somebody decides.
    found.style.fontStyle = "normal";
    found.style.borderLeft = "3px dotted";
    found.style.paddingLeft = "10px";
    const reason = inside.createElement("span");
    reason.textContent = `Theirs or ours? ${dataset.reasons}`;
    reason.style.cssText = "display: block; font: italic 13px/1.4 system-ui, sans-serif; margin-top: 4px";
    found.append(reason);
  }
}

/** The first in doubt from this number on, then from the top; without doubts, the paragraph with the number. */
function next(section, number) {
  const doubtful = [...section.querySelectorAll(".doubtful")];
  const all = doubtful.length ? doubtful : [...section.querySelectorAll("[data-paragraph]")];
  return all.find((one) => numberOf(one) >= number) ?? all[0];
}

function numberOf(paragraph) { return Number.parseInt(paragraph.dataset.paragraph, 10); }

function letters(markdown) {
  return markdown.replace(/!?\[([^[\]]*)\]\([^()\s]*\)/g, "$1").replace(/[^\p{L}\p{N}]+/gu, "").slice(0, 60);
}
