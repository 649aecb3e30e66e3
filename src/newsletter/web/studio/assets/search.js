// Ctrl K: a field that looks through pages, posts, issues, finds and readers as one types, and links to what is found.

import { root } from "./studio.js";
import { fieldOf, insert, selected } from "./words.js";

const dialog = document.querySelector("#search");
const field = dialog.querySelector("input");
const results = dialog.querySelector(".results");
const WAIT = 120;
// The words that a link would come into: where somebody wrote last on this page.
let words = null;
// What was selected there when the search was opened.
let place = null;
let timer = null;
let asked = null;

function open() {
  if (words && !words.isConnected) words = null;
  place = words && selected(words);
  dialog.showModal();
  field.select();
  // Without a word yet it makes the studio read its files.
  look();
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  let answer;
  try {
    answer = await fetch(`${root}/studio/search/found?${new URLSearchParams({ q: field.value })}`, { signal: asked.signal, redirect: "error" });
    if (!answer.ok) return;
    results.innerHTML = await answer.text();
  } catch (error) {
    if (error.name !== "AbortError") results.textContent = "The studio does not answer.";
    return;
  }
  for (const button of results.querySelectorAll("[data-link]")) button.hidden = !words;
}

/** Put a link to our own old item into the words, round what is selected there. */
function link(markdown) {
  dialog.close();
  const { from, to, text } = place;
  const address = markdown.slice(markdown.lastIndexOf("]("));
  insert(words, text.trim() ? `[${text.trim()}${address}` : markdown, { from, to });
}

document.addEventListener("focusin", (event) => { words = fieldOf(event.target) ?? (dialog.contains(event.target) ? words : null); });
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  if (!dialog.open) open();
});
document.querySelector("[data-search]").addEventListener("mousedown", (event) => event.preventDefault());
document.querySelector("[data-search]").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT); });
dialog.addEventListener("click", (event) => {
  const { link: markdown } = event.target.closest("[data-link]")?.dataset ?? {};
  if (markdown) link(markdown);
  else if (event.target === dialog) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const stops = [field, ...results.querySelectorAll(".hit a")];
  const next = stops[stops.indexOf(document.activeElement) + way];
  if (next) { event.preventDefault(); next.focus(); }
});
dialog.querySelector("form").addEventListener("submit", (event) => {
  const first = results.querySelector(".hit a");
  if (first) { event.preventDefault(); first.click(); }
});
