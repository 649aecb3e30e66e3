// What is pasted or dropped into a post's words: formatted text, a picture, an address. One step for undo each.

import { choosePicture, pictureIn } from "./picture.js";
import { post } from "./studio.js";
import { fieldOf, insert, selected, toQuote } from "./words.js";

// What is worth asking the studio for. Editors of code put colours on the clipboard, and nothing else.
const FORMATTED = /<(?:a|b|strong|i|em|s|del|strike|u|h[1-6]|p|ul|ol|li|blockquote|table|img)[\s>]|font-weight:\s*(?:bold|[6-9]00)/i;
const ADDRESS = /^https?:\/\/\S+$/i;
const BLOCK = /\n|^(?:>|#{1,6} |[-*+] |\d+[.)] |```|!\[)/;

let waiting = Promise.resolve();
let isWaiting = false;

/** Resolves when what was pasted last stands in its field. */
export function pasted() { return waiting; }
/** Whether something that was pasted is not in its field yet. */
export function isPasting() { return isWaiting; }

/** The Markdown as it fits between the words around it: paragraphs of their own, and quoted inside a quote. */
export function fitted(text, value, from, to) {
  if (!BLOCK.test(text)) return text;
  const [before, after] = [value.slice(0, from), value.slice(to)];
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (line.startsWith(">")) {
    const quoted = toQuote(text);
    const isEmpty = /^>\s*$/.test(line);
    return (isEmpty ? quoted.slice(line.length).trimStart() : `\n>\n${quoted}`) + (after && !after.startsWith("\n") ? "\n>\n> " : "");
  }
  const lead = !before.trim() || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = !after.trim() || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  return lead + text + tail;
}

/** Take over pasting in a part. `noted` is given the lines for the post's checks, `decide` opens them. */
export function pasting(form, issue, { noted, decide }) {
  // Before the field's own way, which takes the words alone.
  form.addEventListener("paste", (event) => {
    const field = fieldOf(event.target);
    const data = event.clipboardData;
    if (!field || !data) return;
    const [html, plain] = [data.getData("text/html"), data.getData("text/plain")];
    const picture = plain.trim() ? null : pictureIn(data.files);
    const isAddress = ADDRESS.test(plain.trim());
    if (!picture && !isAddress && !FORMATTED.test(html)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const at = { ...selected(field), value: field.value };
    if (picture) { takePicture(field, at, picture); return; }
    if (isAddress) { address(field, at, plain.trim()); return; }
    isWaiting = true;
    waiting = waiting.then(() => bring(field, at, html, plain)).finally(() => { isWaiting = false; });
  }, true);

  form.addEventListener("dragover", (event) => {
    if (fieldOf(event.target) && event.dataTransfer.types.includes("Files")) event.preventDefault();
  }, true);
  form.addEventListener("drop", (event) => {
    const field = fieldOf(event.target);
    const picture = field && pictureIn(event.dataTransfer.files);
    if (!picture) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    takePicture(field, { ...selected(field), value: field.value }, picture);
  }, true);

  function takePicture(field, at, picture) {
    choosePicture((text) => put(field, at, text), picture);
  }

  /** Over selected words it becomes their link; alone it stays, and can become more. */
  function address(field, at, url) {
    if (at.text.trim() && !at.text.includes("\n")) {
      insert(field, `[${at.text}](${url.replace(/[()]/g, encodeURIComponent)})`, { from: at.from, to: at.to });
      return;
    }
    insert(field, url, { from: at.from, to: at.to });
    const line = tell(["An address."]);
    for (const [how, name] of [["link", "Link with its title"], ["card", "Card"], ["find", "Keep as a find"]]) {
      line.lastElementChild.before(button(name, () => become(field, at.from, url, how)), " ");
    }
  }

  async function become(field, from, url, how) {
    const [status, answer] = await post(`/issues/${issue}/address`, { file: form.dataset.file, address: url, how });
    if (status !== 200) { tell([answer.message, answer.fix]); return; }
    // While the page was read another part was opened: its words are not the ones that were meant.
    if (!field.isConnected) return;
    const start = field.value.startsWith(url, from) ? from : field.value.indexOf(url);
    if (start >= 0) insert(field, fitted(answer.text, field.value, start, start + url.length), { from: start, to: start + url.length });
    tell([answer.said]);
  }

  async function bring(field, at, html, plain) {
    const slow = setTimeout(() => tell(["Reading what you pasted …"]), 300);
    const [status, answer] = await post(`/issues/${issue}/paste`, { file: form.dataset.file, html });
    clearTimeout(slow);
    const isMade = status === 200;
    put(field, at, isMade ? answer.text : plain);
    if (!isMade) { tell(["The words are in without their formatting.", answer.message ?? "", answer.fix ?? ""]); return; }
    if (answer.doubts.length) noted(answer.doubts);
    tell(answer.said, answer.doubts.length > 0);
  }

  function tell(said, hasDoubts = false) {
    const line = form.querySelector(".pasted");
    line.hidden = !said.some(Boolean);
    line.replaceChildren(said.filter(Boolean).join(" "), " ");
    if (hasDoubts) line.append(button("Decide whose they are", decide), " ");
    line.append(button("Close", () => { line.hidden = true; }));
    return line;
  }
}

function button(words, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words });
  made.addEventListener("click", press);
  return made;
}

/** Where the caret was when it was pasted, also if somebody typed on meanwhile. */
function put(field, at, text) {
  const now = field.value;
  const [head, rest] = [at.value.slice(0, at.from), at.value.slice(at.to)];
  if (now === at.value) insert(field, fitted(text, now, at.from, at.to), { from: at.from, to: at.to });
  else if (now.startsWith(head) && now.endsWith(rest)) insert(field, fitted(text, now, at.from, at.from), { from: at.from, to: at.from });
  else insert(field, fitted(text, now, selected(field).from, selected(field).to));
}
