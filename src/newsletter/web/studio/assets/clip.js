// What the bookmarklet took from a page, which stands behind the hash: shown as text, sent with its formatting.

const field = (name) => document.querySelector(`[name="${name}"]`);
const letters = (text) => text.replace(/\s+/g, "");

function taken() {
  try { return JSON.parse(decodeURIComponent(location.hash.slice(1))); } catch { return null; }
}

const clip = taken();
if (clip && typeof clip.html === "string" && typeof clip.words === "string") {
  // A parsed document runs nothing and loads nothing. Its text is what will be saved, so that is what is shown.
  const text = new DOMParser().parseFromString(clip.html, "text/html").body.textContent.trim();
  const quote = field("quote");
  field("html").value = clip.html;
  if (clip.words) {
    quote.value = !text || letters(text) === letters(clip.words) ? clip.words : text;
    field("position").value = Number.isInteger(clip.at) && clip.at >= 0 ? clip.at : "";
    quote.addEventListener("input", () => { field("html").value = ""; });
  } else if (text) {
    const line = document.querySelector("#article");
    line.hidden = false;
    line.querySelector("span").textContent = `${text.slice(0, 80)} … (${text.length.toLocaleString("en")} characters)`;
    field("whole").checked = true;
    quote.addEventListener("input", () => { field("whole").checked = false; });
  }
  history.replaceState(null, "", location.pathname + location.search);
}
