// How a line of Markdown looks: what kind of line it is, and its words as runs whose marks can be drawn away.
//
// A look is a string, or {is, looks} for a span of class `is`. All strings of a look together are the line itself, letter by letter.

const QUOTE = /^ {0,3}(?:> ?)+/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+/;
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const INDENTED = /^(?: {4}|\t)/;
// Marks that may open on one line of a paragraph and close on a later one, and what closes each.
const SPANS = {
  "**": ["strong", /(?<=[^\s\\])\*\*/], "__": ["strong", /(?<=[^\s\\])__(?![\p{L}\p{N}])/u], "~~": ["struck", /(?<=[^\s\\])~~/],
  "*": ["em", /(?<=[^\s*\\])\*(?!\*)/], "_": ["em", /(?<=[^\s_\\])_(?![\p{L}\p{N}_])/u],
};
const OPENS = /(?<![\p{L}\p{N}*_~\\])(\*\*|__|~~|\*|_)(?=[^\s*_~])/u;
const DASH = /^\s*(?:[—–―]|--+)\s*\S/;

/** What stands open at the beginning of a text. A line hands on what is open behind it to the next one. */
export const NOTHING_OPEN = Object.freeze({ fence: "", isRemark: false, isQuote: false, isText: false, isList: false, span: "" });

/** How a line looks behind lines that left `open`, before the line `next`: {kind, looks, open}, with what it leaves open itself. `rest` is what follows it in its paragraph. */
export function lookOf(line, open, next, rest = "") {
  if (open.fence) return { kind: "code", looks: [line], open: closesFence(line, open.fence) ? NOTHING_OPEN : open };
  if (open.isRemark) return { kind: "remark", looks: [line], open: line.includes("-->") ? NOTHING_OPEN : open };
  if (!line.trim()) return { kind: "blank", looks: line ? [line] : [], open: { ...NOTHING_OPEN, isList: open.isList } };
  if (INDENTED.test(line) && !open.isText && !open.isList && !open.isQuote) return { kind: "code", looks: [line], open: NOTHING_OPEN };
  const quote = QUOTE.exec(line)?.[0];
  if (quote !== undefined) return quoted(line, quote, next);
  if (open.isQuote && !beginsBlock(line)) return quoted(line, "", next);
  return block(line, false, open, rest);
}

/** A line of a quote. One without its own mark goes on with the paragraph above it, as it does in the mail. */
function quoted(line, mark, next) {
  const words = line.slice(mark.length);
  const inside = words.trim() ? block(words, true) : { kind: "blank", looks: words ? [words] : [] };
  const isLast = !next?.trim() || (!QUOTE.test(next) && beginsBlock(next));
  const kind = DASH.test(words) && isLast ? "quote source" : `quote ${inside.kind}`.trim();
  const isOpen = words.trim() !== "" && !HEADING.test(words) && !RULE.test(words);
  return { kind, looks: [...(mark ? [marked(mark)] : []), ...inside.looks], open: { ...NOTHING_OPEN, isQuote: isOpen } };
}

function block(line, isQuote, open = NOTHING_OPEN, rest = "") {
  const fence = isQuote ? null : FENCE.exec(line);
  if (fence) return { kind: "code", looks: [line], open: { ...NOTHING_OPEN, fence: fence[1] } };
  if (RULE.test(line)) return { kind: "rule", looks: [line], open: NOTHING_OPEN };
  const heading = HEADING.exec(line);
  if (heading) return { kind: `heading h${heading[1].length}`, looks: [marked(heading[0]), ...runs(line.slice(heading[0].length), isQuote)], open: NOTHING_OPEN };
  const item = ITEM.exec(line)?.[0] ?? "";
  const opensRemark = /<!--(?!.*-->)/.test(line);
  const words = line.slice(item.length);
  const [looks, span] = isQuote ? [runs(words, true), ""] : spanning(words, item ? "" : open.span, rest);
  const isList = item !== "" || (open.isList && (open.isText || /^\s/.test(line)));
  return {
    kind: item ? "item" : "",
    looks: [...(item ? [{ is: "bullet", looks: [item] }] : []), ...looks],
    open: { ...NOTHING_OPEN, isRemark: opensRemark, isText: true, isList, span },
  };
}

function beginsBlock(line) { return [HEADING, ITEM, RULE, FENCE].some((pattern) => pattern.test(line)); }
function closesFence(line, fence) { const mark = line.trim(); return mark.length >= fence.length && mark === fence[0].repeat(mark.length); }
function marked(text) { return { is: "mark", looks: [text] }; }
/** A stretch between marks. Its marks are drawn away unless the caret is at it. */
function run(is, before, looks, behind) { return { is: `run ${is}`.trim(), looks: [marked(before), ...looks, ...(behind ? [marked(behind)] : [])] }; }

/** The words of a line as looks. In a quote, merge tags are only letters, as they are in the mail. */
export function runs(text, isQuote = false) {
  const looks = [];
  let done = 0;
  for (let at = 0; (at = nextMark(text, at)) >= 0;) {
    const [look, length] = runAt(text, at, isQuote) ?? [];
    if (!length) { at += 1; continue; }
    if (at > done) looks.push(text.slice(done, at));
    looks.push(look);
    at = done = at + length;
  }
  if (done < text.length) looks.push(text.slice(done));
  return looks;
}

/** The words of a line of which a stretch began above, with mark `span`, or goes on below: [looks, the mark that is still open]. */
function spanning(text, span, rest) {
  if (span) {
    const [is, closes] = SPANS[span], end = text.search(closes);
    if (end < 0) return [[{ is: `run ${is}`, looks: runs(text) }], span];
    const [behind, open] = spanning(text.slice(end + span.length), "", rest);
    return [[{ is: `run ${is}`, looks: [...runs(text.slice(0, end)), marked(span)] }, ...behind], open];
  }
  const looks = runs(text);
  for (const [n, look] of looks.entries()) {
    const found = typeof look === "string" ? OPENS.exec(look) : null;
    if (!found || !SPANS[found[1]][1].test(rest)) continue;
    const [before, behind] = [look.slice(0, found.index), look.slice(found.index + found[1].length)];
    const inside = [...(behind ? [behind] : []), ...looks.slice(n + 1)];
    return [[...looks.slice(0, n), ...(before ? [before] : []), run(SPANS[found[1]][0], found[1], inside)], found[1]];
  }
  return [looks, ""];
}

function nextMark(text, from) {
  const found = text.slice(from).search(/[\\`<{![*_~]/);
  return found < 0 ? -1 : from + found;
}

const ADDRESS = /((?:[^\s(){}\\]|\\.|\([^\s()]*\)|\{\{.*?\}\})*)([ \t]+"[^"]*")?\)/y;
const MAIL_OR_WEB = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/y;

/** The run that begins at a mark, and its length; null where the mark is only a letter. */
function runAt(text, at, isQuote) {
  switch (text[at]) {
    case "\\": return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "") ? [run("", "\\", [text[at + 1]]), 2] : null;
    case "`": return code(text, at);
    case "<": return text.startsWith("<!--", at) ? remark(text, at) : autolink(text, at);
    case "{": return isQuote ? null : tag(text, at);
    case "!": return text[at + 1] === "[" ? link(text, at, "picture", "![", isQuote) : null;
    case "[": return link(text, at, "link", "[", isQuote);
    case "~": return text[at + 1] === "~" ? around(text, at, "~~", "struck", isQuote) : null;
  }
  const two = text[at].repeat(2);
  return (text.startsWith(two, at) && around(text, at, two, "strong", isQuote)) || around(text, at, text[at], "em", isQuote);
}

function code(text, at) {
  const ticks = /^`+/.exec(text.slice(at))[0];
  for (let end = at + ticks.length; (end = text.indexOf(ticks, end)) >= 0; end += /^`+/.exec(text.slice(end))[0].length) {
    if (text[end + ticks.length] !== "`" && text[end - 1] !== "`") return [run("code", ticks, [text.slice(at + ticks.length, end)], ticks), end + ticks.length - at];
  }
  return null;
}

function remark(text, at) {
  const end = text.indexOf("-->", at + 4);
  if (end < 0) return [run("remark", "<!--", [text.slice(at + 4)]), text.length - at];
  return [run("remark", "<!--", [text.slice(at + 4, end)], "-->"), end + 3 - at];
}

function autolink(text, at) {
  MAIL_OR_WEB.lastIndex = at;
  const found = MAIL_OR_WEB.exec(text);
  return found && [run("link", "<", [{ is: "words", looks: [found[1]] }], ">"), found[0].length];
}

function tag(text, at) {
  const [, end] = { "{{": ["", "}}"], "{%": ["", "%}"] }[text.slice(at, at + 2)] ?? [];
  const until = end ? text.indexOf(end, at + 2) : -1;
  if (until < 0) return null;
  const source = text.slice(at, until + 2);
  return [{ is: "tag", says: tagSays(source), looks: [marked(source)] }, source.length];
}

/** A link or a picture: its words, and its address that is shown shortened. */
function link(text, at, is, opening, isQuote) {
  const from = at + opening.length;
  const middle = closingBracket(text, from);
  if (middle < 0 || text[middle + 1] !== "(") return null;
  ADDRESS.lastIndex = middle + 2;
  const found = ADDRESS.exec(text);
  if (!found) return null;
  const looks = [
    marked(opening), { is: "words", looks: is === "link" ? runs(text.slice(from, middle), isQuote) : [text.slice(from, middle)] },
    { is: "address", looks: ["](", found[0]] },
  ];
  const isButton = is === "link" && found[2]?.trim() === '"button"' && at === 0 && middle + 2 + found[0].length === text.length;
  return [{ is: `run ${is}${isButton ? " button" : ""}`, says: addressSays(found[1]), looks }, middle + 2 + found[0].length - at];
}

function closingBracket(text, from) {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "[") depth += 1;
    else if (text[at] === "]" && (depth -= 1) === 0) return at;
  }
  return -1;
}

/** Words between two equal marks, as Markdown takes them: no space inside the marks, and `_` only around whole words. */
function around(text, at, mark, is, isQuote) {
  const from = at + mark.length;
  const isLetter = (letter) => /[\p{L}\p{N}]/u.test(letter ?? "");
  if (/^\s?$/.test(text[from] ?? "") || (mark[0] === "_" && isLetter(text[at - 1]))) return null;
  for (let end = from; (end = text.indexOf(mark, end)) >= 0; end += mark.length) {
    const isDouble = mark.length === 1 && text[end + 1] === mark;
    if (isDouble) { end += 1; continue; }
    while (mark.length === 2 && text[end + 2] === mark[0]) end += 1;
    if (end === from || /[\s\\]/.test(text[end - 1]) || (mark[0] === "_" && isLetter(text[end + mark.length]))) continue;
    return [run(is, mark, runs(text.slice(from, end), isQuote), mark), end + mark.length - at];
  }
  return null;
}

/** A merge tag in words: “first name, or reader”. */
export function tagSays(source) {
  const inside = source.slice(2, -2).replace(/^-|-$/g, "").trim();
  const named = (field) => field.replaceAll("_", " ");
  const value = /^(\w+)\s*(?:\|\s*(?:default|d)\(\s*(["'])(.*?)\2[^)]*\))?$/.exec(inside);
  if (source.startsWith("{{") && value) return named(value[1]) + (value[3] ? `, or ${value[3]}` : "");
  const compared = /^(el)?if\s+(\w+)\s*(==|!=)\s*["'](.*)["']$/.exec(inside);
  if (compared) return `${compared[1] ? "or " : ""}if ${named(compared[2])} is ${compared[3] === "==" ? "" : "not "}${compared[4]}:`;
  const known = /^if\s+(not\s+)?(\w+)$/.exec(inside);
  if (known) return `if ${named(known[2])} is ${known[1] ? "not " : ""}known:`;
  return { else: "for all others:", endif: "up to here" }[inside] ?? inside;
}

/** An address as it is said beside the words that link to it: the site, without the long way into it. */
export function addressSays(address) {
  if (address.startsWith("{{")) return tagSays(address);
  const found = /^(?:mailto:|https?:\/\/)(?:www\.)?([^/?#]*)(.*)$/i.exec(address);
  if (!found) return address.length > 32 ? `${address.slice(0, 31)}…` : address;
  return found[1] + (found[2].length > 1 ? "/…" : "");
}
