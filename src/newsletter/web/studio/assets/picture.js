// A picture for the words: chosen or taken, said in words, put into images/, and given back as Markdown.

import { csrf, root } from "./studio.js";

/** Ask for a file and what it shows; `insert` gets the Markdown when the picture is in the folder. */
export function choosePicture(issue, insert) {
  const dialog = document.createElement("dialog");
  dialog.innerHTML = `<form method="dialog"><h2>A picture</h2>
    <label for="picture-file">File</label><input id="picture-file" type="file" accept="image/png,image/jpeg,image/gif,image/webp" required>
    <label for="picture-alt">What it shows</label><input id="picture-alt" required autocomplete="off">
    <p class="hint">Read aloud to those who can't see it, and shown where pictures are off.</p>
    <p class="bad" role="alert"></p>
    <p class="acts"><button class="first" value="put">Put it in</button><button class="quiet" value="no" formnovalidate>Leave it</button></p></form>`;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    if (event.submitter.value !== "put") return;
    event.preventDefault();
    const alt = dialog.querySelector("#picture-alt").value.trim();
    const body = new FormData();
    body.append("picture", dialog.querySelector("#picture-file").files[0]);
    const answer = await send(`${root}/studio/pictures`, body);
    if (answer.src) {
      dialog.close();
      insert(`\n\n![${alt.replace(/[[\]]/g, "")}](${answer.src})\n\n`);
    } else {
      dialog.querySelector(".bad").textContent = `${answer.message} ${answer.fix ?? ""}`;
    }
  });
  dialog.showModal();
}

async function send(path, body) {
  try {
    const response = await fetch(path, { method: "POST", body, headers: { "X-CSRF-Token": csrf, Accept: "application/json" }, redirect: "error" });
    return await response.json();
  } catch {
    return { message: "The studio does not answer.", fix: "Is it still running?" };
  }
}
