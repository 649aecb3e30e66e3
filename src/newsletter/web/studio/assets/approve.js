// The main button of an issue approves what the page shows: what is typed is saved first, and seen in the mail beside.

import { flush, onChange } from "./compose.js";

const form = document.querySelector("#approve");
const words = form?.querySelector("[data-words]");
const button = form?.querySelector("button");
const approved = form?.querySelector(".is-approved");
const PATIENCE = 4000;
let isDirty = false;
let isReady = false;

onChange((change) => { if (change && !change.saved) isDirty = true; });
document.addEventListener("words", () => {
  isDirty = false;
  if (!approved) return;
  const isGood = words.value === words.dataset.approved;
  button.hidden = isGood;
  approved.hidden = !isGood;
});

form?.addEventListener("submit", async (event) => {
  if (isReady || !isDirty) return;
  event.preventDefault();
  button.disabled = true;
  await flush();
  await new Promise((go) => {
    document.addEventListener("words", go, { once: true });
    setTimeout(go, PATIENCE);
  });
  isReady = true;
  button.disabled = false;
  form.requestSubmit(button);
});
