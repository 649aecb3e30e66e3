// The mail beside the form follows what is chosen, a moment after.

const form = document.querySelector("#look");
const button = form?.querySelector("[data-try]");
let waiting;

form?.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(button), 600);
});
