// The menu of what can be inserted: by a slash at the beginning of a line, or by its button; by keys and by thumb.

import { post, root } from "./studio.js";
import { fieldOf, insert, selected } from "./words.js";

// What stands in its place, and how much of it is selected then: [from, to].
const ITEMS = [
  ["Quote", "> ", "their words"],
  ["Heading", "## ", "a smaller title"],
  ["List", "- ", ""],
  ["Picture", null, ""],
  ["Remark", "<!-- @: remark -->", "for editors only", [8, 14]],
  ["Button", '[Read it](https:// "button")', "a link that stands out", [1, 8]],
  ["Divider", "---\n\n", "a rule across"],
  ["First name", '{{ first_name | default("reader") }}', "of each reader", [26, 32]],
];

/** The saved texts as items of the menu; none where the studio does not answer. */
async function snippets() {
  try {
    const answer = await fetch(`${root}/studio/snippets`, { headers: { Accept: "application/json" }, redirect: "error" });
    return answer.ok ? (await answer.json()).map(({ name, text }) => [name, text, "saved text"]) : [];
  } catch { return []; }
}

/** Keep these words as a saved text, under a name that is asked for until one is free. */
async function keep(text, question = "What is this saved text to be called?") {
  const name = window.prompt(question);
  if (!name?.trim()) return;
  const [code, answer] = await post("/snippets", { name, text });
  if (code !== 200) await keep(text, `${answer.message} ${answer.fix}`);
}

/** Make the menu of a part work; `choosePicture` is asked for the Markdown of a picture. */
export function inserting(form, choosePicture) {
  const bar = form.querySelector(".tools");
  if (!bar) return;
  const opener = Object.assign(document.createElement("button"), { type: "button", textContent: "Insert …", title: "A slash at the beginning of a line" });
  opener.setAttribute("aria-haspopup", "menu");
  bar.append(opener);
  let field = null;
  form.addEventListener("focusin", (event) => { field = fieldOf(event.target) ?? field; });
  opener.addEventListener("click", () => open(field ?? form.querySelector("textarea.words"), opener));
  form.addEventListener("input", (event) => {
    const typed = fieldOf(event.target);
    // What is typed into a surface comes without its kind.
    if (!typed || event.isComposing || (event.inputType ?? "insertText") !== "insertText" || form.querySelector(".insert-menu")) return;
    const { from, to } = selected(typed);
    if (from === to && typed.value[from - 1] === "/" && (from === 1 || typed.value[from - 2] === "\n")) open(typed, opener, from - 1);
  });

  function open(words, near, slash = null) {
    const at = slash === null ? selected(words) : { from: slash, to: slash + 1 };
    const menu = document.createElement("div");
    menu.className = "insert-menu";
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", "Insert");
    const add = ([name, text, hint, chosen]) => {
      const item = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      item.setAttribute("role", "menuitem");
      if (hint) item.append(Object.assign(document.createElement("span"), { className: "soft small", textContent: hint }));
      item.addEventListener("click", () => { close(menu); take(words, at, text, chosen); });
      menu.append(item);
    };
    ITEMS.forEach(add);
    const chosenWords = slash === null ? words.value.slice(at.from, at.to).trim() : "";
    if (chosenWords) add(["Save these words …", () => keep(chosenWords), "to insert again"]);
    form.append(menu);
    const settle = () => {
      const box = near.getBoundingClientRect();
      menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
      menu.style.top = `${Math.max(8, Math.min(box.bottom + 6, innerHeight - menu.offsetHeight - 8))}px`;
    };
    settle();
    snippets().then((saved) => { if (menu.isConnected) { saved.forEach(add); settle(); } });
    menu.addEventListener("keydown", (event) => keys(event, menu, words, at));
    menu.addEventListener("focusout", (event) => { if (!menu.contains(event.relatedTarget)) close(menu); });
    menu.firstElementChild.focus();
  }

  function keys(event, menu, words, at) {
    const items = [...menu.children];
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) items.at((items.indexOf(document.activeElement) + way) % items.length).focus();
    else if (event.key === "Escape") { close(menu); insert(words, "", { from: at.to, to: at.to }); }
    else if (event.key.length === 1 && /\p{L}/u.test(event.key) && !event.ctrlKey && !event.metaKey) items.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    else return;
    event.preventDefault();
  }

  function close(menu) {
    // Taking it away takes the focus away, which would take it away again.
    if (menu.dataset.closed) return;
    menu.dataset.closed = "yes";
    menu.remove();
  }

  function take(words, at, text, chosen) {
    if (typeof text === "function") { text(); return; }
    if (text === null) { choosePicture((made) => put(words, at, made)); return; }
    put(words, at, text, chosen);
  }
}

/** On a line of its own where it begins one. */
function put(words, { from, to }, text, chosen) {
  const before = words.value.slice(0, from);
  const begins = /^(?:>|#|-|!?\[)/.test(text) || text.includes("\n\n");
  const lead = !begins || !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const start = from + lead.length;
  insert(words, lead + text, { from, to, select: chosen && [start + chosen[0], start + chosen[1]] });
}
