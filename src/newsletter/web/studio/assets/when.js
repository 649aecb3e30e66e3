// A field for a time that is typed in words: what was understood is said below it, and a calendar writes it for whoever prefers one.

import { root } from "./studio.js";

const PAUSE = 250;

for (const field of document.querySelectorAll("[data-when]")) {
  const said = document.getElementById(field.getAttribute("aria-describedby"));
  const hint = said.textContent;
  const choice = field.closest("label")?.querySelector("input[type=radio]");
  let timer = null;
  let asked = 0;

  const say = (text, kind) => { said.textContent = text; said.classList.toggle("bad", kind === "bad"); };

  async function look() {
    const mine = (asked += 1);
    const typed = field.value.trim();
    if (!typed) { say(hint); return; }
    try {
      const response = await fetch(`${root}/studio/moment?at=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" }, redirect: "error" });
      const answer = await response.json();
      if (mine !== asked || !response.ok) return;
      say(answer.said || answer.why, answer.said ? "" : "bad");
    } catch { /* It is said back by the next page all the same. */ }
  }

  field.addEventListener("input", () => {
    if (choice) choice.checked = true;
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Calendar" });
  button.addEventListener("click", () => {
    // It is there only while somebody chooses: the field itself is where the time stands.
    const picker = Object.assign(document.createElement("input"), { type: "datetime-local", className: "picker", ariaLabel: "Day and time" });
    picker.addEventListener("change", () => {
      if (!picker.value) return;
      field.value = picker.value.replace("T", " ");
      field.dispatchEvent(new Event("input"));
    });
    picker.addEventListener("blur", () => picker.remove());
    button.after(picker);
    picker.focus();
    try { picker.showPicker(); } catch { /* It can be typed into as it is. */ }
  });
  field.after(button);
  if (field.value) look();
}
