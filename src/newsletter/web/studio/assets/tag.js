// A merge tag is changed in words: what stands there for readers of whom the newsletter knows nothing.

const VALUE = /^\{\{\s*(\w+)\s*(?:\|\s*(?:default|d)\(\s*(["'])(.*?)\2[^)]*\))?\s*\}\}$/;

/** Ask how a merge tag is to be. `put` is given its new source, "" where it is taken out. */
export function changeTag(source, put) {
  const [, field, , otherwise = ""] = VALUE.exec(source) ?? [];
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "tag-head");
  dialog.innerHTML = `<form method="dialog"><h2 id="tag-head"></h2>
    <label for="tag-value"></label><input id="tag-value" autocomplete="off"><p class="hint"></p>
    <p class="acts"><button class="first" value="save">Save</button><button value="out">Take out</button><button class="quiet" value="no">Cancel</button></p></form>`;
  const say = (where, words) => { dialog.querySelector(where).textContent = words; };
  say("h2", field ? `Each reader's ${field.replaceAll("_", " ")}` : "Words for some readers");
  say("label", field ? "For readers without one" : "As it is written");
  say(".hint", field ? "Dear Ana, to Ana; these words to everybody else." : "What stands between the braces decides who reads the words behind it.");
  const value = dialog.querySelector("input");
  value.value = field ? otherwise : source;
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    const choice = dialog.returnValue;
    dialog.remove();
    if (choice === "out") put("");
    else if (choice === "save") put(field ? sourceOf(field, value.value.trim()) : value.value);
  });
  dialog.showModal();
  value.select();
}

function sourceOf(field, otherwise) {
  if (!otherwise) return `{{ ${field} }}`;
  const quote = otherwise.includes('"') ? "'" : '"';
  return `{{ ${field} | default(${quote}${otherwise.replaceAll(quote, "’")}${quote}) }}`;
}
