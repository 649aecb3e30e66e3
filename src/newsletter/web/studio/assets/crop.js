// The lead picture of a post: a press in it or an arrow key moves the frame that it is cropped to; the two fields say where.

const STEP = 2;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const write = document.querySelector("#write");

const fields = () => ["across", "down"].map((side) => write.querySelector(`#value-${side}`));
/** As the server reads it: an empty field beside a filled one is the middle. */
const percent = (field) => (field.value === "" ? 50 : Math.min(100, Math.max(0, Math.round(field.value))));

/** Move the frame there; each field tells the page that it changed, so that it is saved and the mail follows. */
function focus(places) {
  fields().forEach((field, n) => { field.value = Math.min(100, Math.max(0, Math.round(places[n]))); });
  for (const field of fields()) field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** What is outside of the frame is dimmed. */
function draw() {
  const drawing = write.querySelector(".crop svg");
  const { width, height } = drawing.viewBox.baseVal;
  const [wide, high] = [Number(drawing.dataset.width), Number(drawing.dataset.height)];
  const [across, down] = fields().map(percent);
  const [left, top] = [((width - wide) * across) / 100, ((height - high) * down) / 100];
  drawing.querySelector("path").setAttribute("d", `M0 0H${width}V${height}H0ZM${left} ${top}h${wide}v${high}h${-wide}Z`);
  write.querySelector("[name=lead][value=whole]").hidden = false;
}

document.addEventListener("part", () => {
  const button = write.querySelector(".crop");
  if (button) button.disabled = false;
});
write.addEventListener("click", (event) => {
  const button = event.target.closest(".crop");
  if (!button) return;
  const box = button.querySelector("svg").getBoundingClientRect();
  // Enter and the space bar press it nowhere: then the frame is drawn where it is, or in the middle.
  const isPointed = event.detail > 0;
  focus(isPointed ? [((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100] : fields().map(percent));
});
write.addEventListener("keydown", (event) => {
  const move = event.target.closest(".crop") && !event.altKey && MOVES[event.key];
  if (!move) return;
  event.preventDefault();
  focus(fields().map((field, n) => percent(field) + move[n]));
});
write.addEventListener("input", (event) => {
  if (!fields().includes(event.target)) return;
  for (const field of fields()) if (field !== event.target && field.value === "") field.value = 50;
  draw();
});
