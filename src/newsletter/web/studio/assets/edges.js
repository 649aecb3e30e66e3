// A row of buttons that is wider than its screen fades at the edge where it goes on.

function mark(row) {
  row.classList.toggle("more-before", row.scrollLeft > 2);
  row.classList.toggle("more-after", row.scrollLeft + row.clientWidth < row.scrollWidth - 2);
}

const sizes = new ResizeObserver((changed) => { for (const { target } of changed) mark(target); });

/** Watch the rows in this part of the page; one that came later is told of again. */
export function watchEdges(within) {
  for (const row of within.querySelectorAll(".scrolls")) {
    row.addEventListener("scroll", () => mark(row), { passive: true });
    sizes.observe(row);
  }
}

watchEdges(document);
