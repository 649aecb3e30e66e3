// Finds by keys (j, k to go, e keeps, x puts aside), and files dropped anywhere on the page.

import { csrf, isTyping, root } from "./studio.js";

const rows = [...document.querySelectorAll(".find")];
let at = -1;

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || !rows.length) return;
  if (event.key === "j" || event.key === "k") {
    at = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1);
    rows[at].focus();
    rows[at].scrollIntoView({ block: "nearest" });
  } else if (rows[at] && (event.key === "e" || event.key === "x")) {
    rows[at].querySelector(`button[value="${event.key === "e" ? "keep" : "aside"}"]`)?.click();
  }
});

const zone = document.querySelector("#drop");
document.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  zone.classList.add("over");
});
document.addEventListener("dragleave", () => zone.classList.remove("over"));
document.addEventListener("drop", async (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  zone.classList.remove("over");
  const body = new FormData();
  for (const file of event.dataTransfer.files) body.append("file", file);
  const answer = await fetch(`${root}/studio/finds/files`, { method: "POST", body, headers: { "X-CSRF-Token": csrf, Accept: "application/json" }, redirect: "error" });
  const told = await answer.json();
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  line.textContent = (told.said ?? [told.message, told.fix]).join(" ");
  zone.append(line);
});
