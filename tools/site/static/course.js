// What is wider than the page scrolls; a keyboard can scroll only what it can reach.
for (const box of document.querySelectorAll("pre, .table-wrapper, div.math")) {
  const update = () => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  new ResizeObserver(update).observe(box);
}
