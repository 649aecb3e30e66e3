// The mail goes along with the words: it shows the place where the caret is, and a click in it goes to those words.

import { goTo } from "./compose.js";
import { fieldOf, select, selected } from "./words.js";

const write = document.querySelector("#write");
const toc = document.querySelector("#toc");
const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6";

/** The stretches of a line of Markdown that the mail shows letter by letter: what stands between marks, addresses and merge tags. */
function stretches(line) {
  return line.replace(/^[\s>]*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s)?/, "").split(/<!--.*?(?:-->|$)|\{\{.*?\}\}|\{%.*?%\}|\]\([^)]*\)|[*_`~[\]<>\\]+/).map((one) => one.trim());
}

const longest = (texts) => texts.reduce((best, one) => (one.length > best.length ? one : best), "");
const plain = (text) => text.replace(/\s+/g, " ").trim();

/** The block of the mail that shows a line of the open part; null where none does. */
function blockOf(mail, line) {
  const words = plain(longest(stretches(line)));
  if (words.length < 3) return null;
  const blocks = [...mail.querySelectorAll(BLOCKS)];
  // The same words may stand in the opening too: a post begins with its title, and the closing stands last.
  const title = plain(write.querySelector("textarea.title")?.value ?? "");
  const from = title ? Math.max(blocks.findIndex((block) => plain(block.textContent) === title), 0) : 0;
  const shows = (block) => plain(block.textContent).includes(words);
  const inPart = blocks.slice(from);
  return (write.querySelector("form.part").dataset.key === "closing" ? inPart.findLast(shows) : inPart.find(shows)) ?? null;
}

/** Scroll the frame so that the place of the caret, or the beginning of the open part, is in sight. */
function follow(frame) {
  const field = fieldOf(document.activeElement) ?? write.querySelector("textarea.title") ?? write.querySelector("textarea.words");
  if (!field) return;
  const from = fieldOf(document.activeElement) ? selected(field).from : 0;
  const start = field.value.lastIndexOf("\n", from - 1) + 1;
  const block = blockOf(frame.contentDocument, field.value.slice(start).split("\n", 1)[0]);
  if (!block) return;
  const { top, bottom } = block.getBoundingClientRect();
  const view = frame.contentWindow;
  if (top < 0 || bottom > view.innerHeight) view.scrollBy(0, top - view.innerHeight / 4);
}

/** Where a block of the mail stands in a value: the offset of its words, or -1. */
function placeIn(value, block) {
  let [best, length, at] = [-1, 2, 0];
  for (const line of value.split("\n")) {
    const words = longest(stretches(line));
    if (words.length > length && block.includes(plain(words))) { best = at + line.indexOf(words); length = words.length; }
    at += line.length + 1;
  }
  return best;
}

/** The parts that may hold a block: the open one, the post whose title stands last above it, and what stands around the posts. */
function candidates(mail, block) {
  const titles = new Map([...toc.querySelectorAll(".post .entry")].map((entry) => [plain(entry.textContent), entry.dataset.part]));
  let above = null;
  for (const one of mail.querySelectorAll(BLOCKS)) {
    above = titles.get(plain(one.textContent)) ?? above;
    if (one === block) break;
  }
  return [...new Set([write.querySelector("form.part").dataset.key, above, "opening", "closing"])].filter(Boolean);
}

async function fieldsOf(key) {
  if (key === write.querySelector("form.part").dataset.key) return write;
  try {
    const response = await fetch(`?part=${encodeURIComponent(key)}&bare`, { redirect: "error" });
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch { return document.createElement("div"); }
}

/** Go to the words that a block of the mail shows, in whichever part they are. */
async function goToWords(mail, block) {
  const text = plain(block.textContent);
  for (const key of candidates(mail, block)) {
    for (const field of (await fieldsOf(key)).querySelectorAll("textarea.title, textarea.words")) {
      const at = placeIn(field.value, text);
      if (at < 0) continue;
      await goTo(key);
      document.querySelector('.modes-small a[href="#write"]').click();
      select(document.getElementById(field.id), at);
      return;
    }
  }
}

/** Make the words and the mail in a frame go together. */
export function alongside(frame) {
  let timer = null;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => follow(frame), 150); };
  document.addEventListener("selectionchange", () => { if (fieldOf(document.activeElement)) soon(); });
  document.addEventListener("part", soon);
  frame.contentDocument.addEventListener("click", (event) => {
    const block = event.target.closest?.(BLOCKS);
    if (block && !event.target.closest("a[href]")) goToWords(frame.contentDocument, block);
  });
}
