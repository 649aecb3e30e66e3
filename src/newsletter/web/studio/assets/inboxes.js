// The line in the inbox as three mail programs cut it: how many letters of the subject and of what follows they show.

// Letters that fit at usual widths; a wide letter counts like any other, so the last ones are a guess.
const INBOXES = [
  ["Gmail, on a desk", 70, 100, "one line for both"],
  ["Gmail, on a phone", 38, 40, "a line each"],
  ["Apple Mail, on a phone", 40, 90, "one line, then two"],
  ["Outlook, on a desk", 55, 60, "a line each"],
];

const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);

export function showInboxes(list, { subject, preheader }) {
  list.replaceChildren();
  for (const [name, ofSubject, ofBoth, how] of INBOXES) {
    const first = cut(subject, ofSubject);
    const rest = how.startsWith("one line for") ? cut(preheader, Math.max(ofBoth - first.length, 0)) : cut(preheader, ofBoth);
    const term = document.createElement("dt");
    term.textContent = name;
    const line = document.createElement("dd");
    const strong = document.createElement("b");
    strong.textContent = first;
    line.append(strong, rest ? ` ${rest}` : "");
    list.append(term, line);
  }
}

const button = document.querySelector("[data-inboxes]");
button?.addEventListener("click", () => {
  const list = document.querySelector(".inboxes");
  list.hidden = !list.hidden;
  button.setAttribute("aria-expanded", !list.hidden);
});
