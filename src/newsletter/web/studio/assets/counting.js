// What is still being counted when a page is shown comes into its place by itself, without anybody's words or focus being moved.

const WAITS = [300, 500, 900, 1500, 2500];
const MOST = 40;

async function look() {
  let page;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!response.ok) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch { return; }
  for (const part of document.querySelectorAll("[data-counting]")) {
    const counted = page.getElementById(part.id);
    if (!counted || "counting" in counted.dataset) continue;
    part.replaceChildren(...counted.childNodes);
    delete part.dataset.counting;
  }
}

let tries = 0;
while (tries < MOST && document.querySelector("[data-counting]")) {
  await new Promise((go) => { setTimeout(go, WAITS[Math.min(tries, WAITS.length - 1)]); });
  if (document.hidden) continue;
  tries += 1;
  await look();
}
for (const part of document.querySelectorAll("[data-counting]")) part.append("It takes long. Load this page again in a moment.");
