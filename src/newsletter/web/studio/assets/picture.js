// A picture for the words: chosen, pasted or dropped, said in words, put into images/, and given back as Markdown.

import { csrf, root } from "./studio.js";

const KINDS = "image/png,image/jpeg,image/gif,image/webp";

/** The first picture among files that were pasted or dropped; null where there is none. */
export function pictureIn(files) { return [...(files ?? [])].find((file) => KINDS.split(",").includes(file.type)) ?? null; }

/** Ask for a file, unless there is one, and for what it shows; `insert` gets the Markdown when the picture is in the folder. */
export function choosePicture(insert, given = null) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "picture-head");
  dialog.innerHTML = `<form method="dialog"><h2 id="picture-head">A picture</h2>
    <p class="soft" hidden></p>
    <div><label for="picture-file">File</label><input id="picture-file" type="file" accept="${KINDS}" required></div>
    <label for="picture-alt">What it shows</label><input id="picture-alt" required autocomplete="off">
    <p class="hint">Read aloud to those who can't see it, and shown where pictures are off.</p>
    <label for="picture-caption">Caption <span class="soft">below it, if you like</span></label><input id="picture-caption" autocomplete="off">
    <label for="picture-credit">Who took it <span class="soft">named below it</span></label><input id="picture-credit" autocomplete="off">
    <p class="bad" role="alert"></p>
    <p class="acts"><button class="first" value="put">Insert</button><button class="quiet" value="no" formnovalidate>Cancel</button></p></form>`;
  const field = (name) => dialog.querySelector(`#picture-${name}`);
  if (given) {
    field("file").required = false;
    field("file").parentElement.hidden = true;
    dialog.querySelector(".soft").hidden = false;
    dialog.querySelector(".soft").textContent = given.name;
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    if (event.submitter.value !== "put") return;
    event.preventDefault();
    const body = new FormData();
    body.append("picture", given ?? field("file").files[0]);
    for (const name of ["alt", "caption", "credit"]) body.append(name, field(name).value.trim());
    const answer = await send(`${root}/studio/pictures`, body);
    if (answer.text) { dialog.close(); insert(answer.text); }
    else dialog.querySelector(".bad").textContent = `${answer.message} ${answer.fix ?? ""}`;
  });
  dialog.showModal();
  field("alt").focus();
}

async function send(path, body) {
  try {
    const response = await fetch(path, { method: "POST", body, headers: { "X-CSRF-Token": csrf, Accept: "application/json" }, redirect: "error" });
    return await response.json();
  } catch {
    return { message: "The studio does not answer.", fix: "Is it still running?" };
  }
}
