// What is wider than the page scrolls; a keyboard can scroll only what it can reach.
for (const box of document.querySelectorAll("pre, .table-wrapper, .math-wrapper")) {
  const update = () => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(update).observe(box);
}

// An answer to a prediction opens all that waits for it.
for (const question of document.querySelectorAll("[data-opens]")) {
  const open = ({ target }) => {
    if (!target.open) return;
    for (const result of document.querySelectorAll(`.sealed[data-question="${question.dataset.opens}"]`))
      result.open = true;
    const status = question.querySelector("[data-says]");
    status.textContent = status.dataset.says;
  };
  question.addEventListener("toggle", open, true); // it does not bubble
}
