// Posts dragged to another place of the outline, to the next issue, or from the drawer into it.

/** `step` takes {sections: [{title, posts}]} for the whole order, or {step: "add", slug, section}; `holdOver` a post's name. */
export function ordering(toc, drawer, step, holdOver) {
  let dragged = null;
  const marks = () => toc.querySelectorAll(".drop-before, .drop-into, .dragged");
  const clean = () => { for (const mark of marks()) mark.classList.remove("drop-before", "drop-into", "dragged"); };

  // What lies in the drawer is in no issue: it can't be held over.
  const targetOf = (event) => dragged && event.target.closest(toc.contains(dragged) ? ".post, .group, .next-issue" : ".post, .group");

  const start = (event) => {
    dragged = event.target.closest("[data-slug]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.slug);
    dragged.classList.add("dragged");
  };
  toc.addEventListener("dragstart", start);
  drawer.addEventListener("dragstart", start);
  toc.addEventListener("dragover", (event) => {
    const target = targetOf(event);
    if (!target) return;
    event.preventDefault();
    for (const mark of toc.querySelectorAll(".drop-before, .drop-into")) mark.classList.remove("drop-before", "drop-into");
    target.classList.add(target.matches(".post") ? "drop-before" : "drop-into");
  });
  toc.addEventListener("drop", (event) => {
    const target = targetOf(event);
    if (!target) return;
    event.preventDefault();
    const slug = dragged.dataset.slug;
    const group = target.closest(".group");
    if (!group) holdOver(slug);
    else if (toc.contains(dragged)) step({ sections: orderWith(toc, slug, group, target.matches(".post") ? target.dataset.slug : null) });
    else step({ step: "add", slug, section: group.dataset.section }, `post:${slug}`);
    clean();
    dragged = null;
  });
  // Out of the issue, onto the shortlist.
  drawer.addEventListener("dragover", (event) => { if (dragged && toc.contains(dragged)) event.preventDefault(); });
  drawer.addEventListener("drop", (event) => {
    if (!dragged || !toc.contains(dragged)) return;
    event.preventDefault();
    step({ step: "remove", slug: dragged.dataset.slug }, "opening");
    clean();
    dragged = null;
  });
  document.addEventListener("dragend", () => { clean(); dragged = null; });
}

/** The order as the outline shows it. */
export function orderOf(toc) { return orderWith(toc, null, null, null); }

function orderWith(toc, slug, into, before) {
  return [...toc.querySelectorAll(".group")].map((group) => {
    const posts = [...group.querySelectorAll(".post")].map((post) => post.dataset.slug).filter((one) => one !== slug);
    if (group === into) {
      const at = before && before !== slug ? posts.indexOf(before) : posts.length;
      posts.splice(at < 0 ? posts.length : at, 0, slug);
    }
    return { title: group.dataset.title, posts };
  });
}
