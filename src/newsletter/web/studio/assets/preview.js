// The mail beside the words: rendered by the same code that renders it for everyone, shown in a frame that can do nothing.

import { post } from "./studio.js";
import { here, onChange } from "./compose.js";
import { alongside } from "./alongside.js";
import { showInboxes } from "./inboxes.js";
import { markDoubts } from "./whose.js";

const pane = document.querySelector("#view");
const frame = pane.querySelector("iframe");
const screen = pane.querySelector(".screen");
const plain = pane.querySelector(".plain");
const problem = pane.querySelector(".problem");
const leads = pane.querySelector(".leads");
const state = { phone: "phone", light: "light", mail: "mail", pictures: true, reader: "" };
const groups = [["phone", "tablet", "desktop"], ["light", "dark", "inverted"], ["mail", "text", "source"]];
const WIDTHS = { tablet: 640, desktop: 900 };
const edits = new Map();
let last = null;
let running = null;
let again = false;

/** Ask for the mail as the screen has it now; while one is on its way the next waits, and only the last counts. */
async function render() {
  if (running) { again = true; return; }
  running = new AbortController();
  const started = performance.now();
  try {
    const [status, mail] = await post(`${here}/preview`, { edits: [...edits.values()], reader: state.reader }, { signal: running.signal });
    if (status === 200) show(mail, started);
    else tellProblem(mail);
  } finally {
    running = null;
    if (again) { again = false; render(); }
  }
}

function tellProblem({ message, fix, place }) {
  problem.hidden = false;
  const post = place?.file?.match(/^posts\/(.+)\.md$/)?.[1];
  const title = post && document.querySelector(`#toc .entry[data-part="${CSS.escape(`post:${post}`)}"]`)?.firstChild.textContent;
  const where = title ? ` (in “${title}”)` : "";
  problem.textContent = `${message}${where} ${fix ?? ""}`;
}

function show(mail, started) {
  if (mail.problem) { tellProblem(mail.problem); return; }
  problem.hidden = true;
  last = mail;
  // What is approved from this page is what it shows.
  for (const field of document.querySelectorAll("input[data-words]")) field.value = mail.words;
  document.dispatchEvent(new Event("words"));
  paint();
  pane.querySelector(".inbox").hidden = false;
  pane.querySelector(".subject").textContent = mail.subject;
  pane.querySelector(".preheader").textContent = mail.preheader ? `– ${mail.preheader}` : "";
  showInboxes(pane.querySelector(".inboxes"), mail);
  meter(mail);
  pane.dataset.took = Math.round(performance.now() - started);
}

/** Put the mail into the frame, where it was scrolled to, in the light that was chosen. */
function paint() {
  if (!last) return;
  screen.hidden = state.mail !== "mail";
  plain.hidden = state.mail === "mail";
  plain.classList.toggle("is-text", state.mail === "text");
  if (state.mail !== "mail") { plain.textContent = state.mail === "text" ? last.text : last.source; return; }
  const inside = frame.contentDocument;
  const top = frame.contentWindow.scrollY;
  // The frame's own parser: under our policy the mail would lose its styles.
  const mail = new frame.contentWindow.DOMParser().parseFromString(last.html, "text/html");
  if (!state.pictures) for (const picture of mail.images) picture.removeAttribute("src");
  inside.replaceChild(inside.adoptNode(mail.documentElement), inside.documentElement);
  for (const sheet of inside.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule.media?.mediaText.includes("prefers-color-scheme")) rule.media.mediaText = (state.light === "dark") === rule.media.mediaText.includes("dark") ? "all" : "not all";
    }
  }
  markDoubts(inside);
  screen.className = `screen ${state.phone} ${state.light}`;
  fit();
  frame.contentWindow.scrollTo(0, top);
}

/** A tablet and a desk are shown whole: as wide as they are, and as small as the pane. */
function fit() {
  const width = WIDTHS[state.phone];
  const scale = width ? Math.min(1, (pane.clientWidth - 28) / width) : 1;
  screen.style.width = width ? `${width * scale}px` : "";
  Object.assign(frame.style, width ? { width: `${width}px`, height: `${100 / scale}%`, transform: `scale(${scale})` } : { width: "", height: "", transform: "" });
}
new ResizeObserver(fit).observe(pane);

/** How large the mail is, and which part of it takes how much. */
function meter(mail) {
  const whole = Math.max(mail.clipped_at, mail.bytes);
  pane.querySelector(".size").hidden = false;
  pane.querySelector(".bytes").textContent = `${Math.round(mail.bytes / 1024)} KB`;
  const svg = pane.querySelector(".meter");
  svg.setAttribute("viewBox", `0 0 ${whole} 8`);
  svg.setAttribute("aria-label", mail.parts.map((part) => `${part.name} ${(part.bytes / 1024).toFixed(1)} KB`).join(", "));
  svg.replaceChildren();
  let at = 0;
  for (const [number, part] of mail.parts.entries()) {
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    for (const [name, value] of Object.entries({ x: at, y: 0, width: part.bytes, height: 8, class: at + part.bytes > mail.clipped_at ? "cut" : `shade-${number % 3}` })) bar.setAttribute(name, value);
    const title = document.createElementNS(svg.namespaceURI, "title");
    title.textContent = `${part.name}: ${(part.bytes / 1024).toFixed(1)} KB`;
    bar.append(title);
    svg.append(bar);
    at += part.bytes;
  }
}

pane.querySelector(".modes").hidden = false;
pane.querySelector(".modes").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.toggle) { state.pictures = !state.pictures; press(button, !state.pictures); }
  const group = groups.find((one) => one.includes(button.dataset.mode));
  if (group) {
    state[group[0]] = button.dataset.mode;
    for (const mode of group) press(pane.querySelector(`[data-mode="${mode}"]`), mode === button.dataset.mode);
  }
  paint();
});
function press(button, on) { button.classList.toggle("on", on); button.setAttribute("aria-pressed", on); }

pane.querySelector("[data-reader]").addEventListener("change", (event) => {
  const choice = event.target;
  if (choice.value === "?") {
    const address = window.prompt("Whose mail? Their address:")?.trim();
    if (!address) { choice.value = state.reader; return; }
    choice.add(new Option(address, address), choice.options.length - 1);
    choice.value = address;
  }
  state.reader = choice.value;
  render();
});

// A link in the mail says where it leads instead of going there.
frame.addEventListener("load", begin);
function begin() {
  const inside = frame.contentDocument;
  alongside(frame);
  inside.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    event.preventDefault();
    leads.hidden = false;
    leads.textContent = `Leads to ${link.getAttribute("href")}`;
  });
  render();
}
if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.title === "Preview") begin();

onChange((change) => {
  if (change?.saved) {
    // The files hold what is on the screen: there is nothing new to be seen.
    edits.clear();
    return;
  }
  if (change) edits.set(`${change.file}|${change.field}`, change);
  else edits.clear();
  render();
});
