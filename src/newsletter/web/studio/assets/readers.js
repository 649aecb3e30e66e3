// Readers: the rows follow what is typed; `/` goes to the search. Without this, the button looks.

import { isTyping, post, root } from "./studio.js";

const form = document.querySelector("form.look");
const found = document.querySelector("#found");
let asking = null;
let later = 0;

async function look() {
  asking?.abort();
  const mine = asking = new AbortController();
  const wish = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  found.classList.add("is-waiting");
  try {
    const answer = await fetch(`${root}/studio/readers/found?${wish}`, { signal: mine.signal, redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    found.innerHTML = await answer.text();
    history.replaceState(null, "", wish.size ? `?${wish}` : location.pathname);
    const n = found.querySelectorAll(".reader").length;
    document.querySelector("#told").textContent = n === 1 ? "One reader is shown." : `${n} readers are shown.`;
  } catch (error) {
    if (error.name === "AbortError") return;
    found.textContent = "The studio does not answer. Is it still running?";
  }
  if (mine === asking) found.classList.remove("is-waiting");
}

if (form) {
  form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(look, 80); });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(later); look(); });
  // A whole mail is no beginning of an address: whose it is, its own page finds out.
  form.elements.q.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!text.trim().includes("\n")) return;
    event.preventDefault();
    const mail = document.createElement("form");
    mail.method = "post";
    mail.action = `${root}/studio/readers/mail`;
    for (const [name, value] of [["csrf", document.querySelector("meta[name=csrf]").content], ["mail", text]]) {
      const field = document.createElement("textarea");
      [field.name, field.value, field.hidden] = [name, value, true];
      mail.append(field);
    }
    document.body.append(mail);
    mail.submit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event)) return;
    event.preventDefault();
    form.querySelector("input").focus();
  });
}

// A segment counts itself while it is typed.
const segment = document.querySelector("form.segment");
let counting = null;

async function count() {
  counting?.abort();
  counting = new AbortController();
  const told = segment.querySelector(".count");
  const question = segment.elements.question.value.trim();
  if (!question) { told.textContent = ""; return; }
  let answer;
  try {
    [, answer] = await post("/readers/segments/count", { question, list: segment.elements.list.value }, { signal: counting.signal });
  } catch { return; }
  told.textContent = answer.said ?? answer.message;
  told.classList.toggle("bad", !answer.said);
}

if (segment) segment.addEventListener("input", () => { clearTimeout(later); later = setTimeout(count, 250); });

// An import on its way: asked for twice a second, and the page again when it is over.
const going = document.querySelector("[data-going]");

async function follow() {
  try {
    const answer = await fetch(going.dataset.going, { headers: { Accept: "application/json" }, redirect: "error" });
    const { done, total, is_over: isOver } = await answer.json();
    if (isOver) { location.reload(); return; }
    const bar = going.querySelector("progress");
    if (total) { bar.max = total; bar.value = done; }
    going.querySelector(".num").textContent = total ? `${Math.min(done, total).toLocaleString("en")} of ${total.toLocaleString("en")}${going.dataset.of ?? " lines"}` : "";
  } catch { /* It is asked again. */ }
  setTimeout(follow, 500);
}

if (going) setTimeout(follow, 300);
