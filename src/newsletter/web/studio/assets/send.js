// The progress of a sending while it goes: asked for every second, said in numbers, and the page again when it is over.

import { root } from "./studio.js";

const going = [...document.querySelectorAll(".going")];
const begun = new Map();

async function look() {
  const { issue } = going[0].dataset;
  let answer;
  try {
    const response = await fetch(`${root}/studio/issues/${issue}/progress`, { headers: { Accept: "application/json" }, redirect: "error" });
    if (!response.ok) return;
    answer = await response.json();
  } catch { return; }
  for (const section of going) {
    const mailing = answer.mailings.find((one) => one.id === Number(section.dataset.mailing));
    if (!mailing) continue;
    if (section.dataset.status && section.dataset.status !== mailing.status) { location.assign(location.pathname); return; }
    section.dataset.status = mailing.status;
    if (mailing.status === "finished" || mailing.status === "cancelled") { location.assign(location.pathname); return; }
    if (mailing.status === "scheduled") continue;
    const bar = section.querySelector("progress");
    bar.max = Math.max(mailing.planned, 1);
    bar.value = Math.min(mailing.settled, bar.max);
    section.querySelector(".progress").textContent = say(mailing);
    section.querySelector(".waits").textContent = mailing.waits;
  }
}

function say({ id, settled, planned, status }) {
  const of = `${settled.toLocaleString("en")} of ${planned.toLocaleString("en")} handed over`;
  if (status === "planning") return `Getting ready: ${planned.toLocaleString("en")} readers so far`;
  if (!begun.has(id)) begun.set(id, [performance.now(), settled]);
  const [at, from] = begun.get(id);
  const rate = (settled - from) / ((performance.now() - at) / 1000);
  if (status !== "sending" || rate <= 0 || settled >= planned) return of;
  const seconds = Math.round((planned - settled) / rate);
  return `${of}; about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} to go`;
}

/** The seconds that are left to stop it. */
function count() {
  for (const part of document.querySelectorAll("[data-starts]")) {
    const seconds = Math.round(Number(part.dataset.starts) - Date.now() / 1000);
    if (seconds < 120) part.textContent = seconds > 0 ? `in ${seconds} s` : "in a moment";
  }
}

if (going.length) { look(); count(); setInterval(() => { look(); count(); }, 1000); }
