/* Whatever scrolls sideways inside itself can be reached and scrolled by keyboard. */
(() => {
  "use strict";
  const WIDE = "div.math, mjx-container[display='true'], .bd-article pre, .cell_output .output, figure.dynfig, .pst-scrollable-table-container";

  function mark() {
    for (const node of document.querySelectorAll(WIDE)) {
      const wide = node.scrollWidth > node.clientWidth + 1;
      if (wide && node.tabIndex < 0) node.setAttribute("tabindex", "0");
      else if (!wide && node.dataset.tdWide) node.removeAttribute("tabindex");
      if (wide) node.dataset.tdWide = "1";
    }
  }

  addEventListener("load", () => {
    mark();
    globalThis.MathJax?.startup?.promise?.then(mark);
    addEventListener("resize", mark);
    document.addEventListener("toggle", mark, true);      // what unfolds may be wide
  });
})();
