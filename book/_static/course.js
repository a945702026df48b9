/* Whatever scrolls sideways inside itself can be reached and scrolled by keyboard, and its edge fades while it goes on behind it.
To look at it a section is laid out; so one section is looked at after the other, when the browser has nothing else to do, and
nobody waits for a long page. */
(() => {
  "use strict";
  const WIDE = "div.math, div.math > math, .bd-article pre, .cell_output .output, figure.dynfig, .pst-scrollable-table-container";
  const SECTION = ".bd-article > section > section";
  const atRest = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 1 }), 50));
  let [waiting, width] = [[], 0];

  /** Whether more is behind the edge, or this is the end. */
  function tell(node) {
    node.dataset.tdWide = node.scrollLeft + node.clientWidth < node.scrollWidth - 1 ? "more" : "end";
  }

  function mark(nodes) {
    const looked = nodes.map((node) => [node, node.scrollWidth > node.clientWidth]);
    for (const [node, wide] of looked) {         // all are looked at before one is changed: a section is laid out once
      if (wide && node.tabIndex < 0) node.setAttribute("tabindex", "0");
      else if (!wide && node.dataset.tdWide) node.removeAttribute("tabindex");
      if (wide) tell(node);
      else delete node.dataset.tdWide;
    }
  }

  /** What a section takes that is not on the screen, so that the scroll bar tells how long the page is. */
  function measure(section) {
    if (!section?.lastElementChild || getComputedStyle(section).contentVisibility !== "auto") return;
    const height = section.lastElementChild.getBoundingClientRect().bottom - section.getBoundingClientRect().top;
    section.style.containIntrinsicHeight = `auto ${Math.round(height)}px`;
  }

  function go(rest) {
    do {
      if (!waiting.length) { done(); return; }
      const [section, nodes] = waiting.shift();
      mark(nodes);
      measure(section);
    } while (rest.timeRemaining() > 10);
    atRest(go);
  }

  function begin() {
    const idle = !waiting.length;
    width = innerWidth;
    delete document.body.dataset.tdMarked;
    const found = Map.groupBy(document.querySelectorAll(WIDE), (node) => node.closest(SECTION));
    waiting = [null, ...document.querySelectorAll(SECTION)].map((section) => [section, found.get(section) ?? []]);
    if (idle) atRest(go);
  }

  /** All is laid out now: the theme may ask where sections stand, to show in the contents where the reader is. */
  function done() {
    document.body.dataset.tdMarked = "";
    if (document.querySelector(document.body.dataset.bsTarget)) globalThis.bootstrap?.ScrollSpy.getOrCreateInstance(document.body);
  }

  addEventListener("DOMContentLoaded", () => { delete document.body.dataset.bsSpy; });
  addEventListener("load", () => {
    begin();
    addEventListener("resize", () => { if (innerWidth !== width) begin(); });
    document.addEventListener("toggle", (event) => mark([...event.target.querySelectorAll(WIDE)]), true);   // what unfolds may be wide
    document.addEventListener("scroll", ({ target }) => { if (target.dataset?.tdWide) tell(target); }, { capture: true, passive: true });
  });
})();

/* What belongs together is one stop of the Tab key, and two arrow keys lead along it: the marks of a paragraph, the page's contents. */
function oneStop(items, back, on) {
  "use strict";
  const stop = (item) => { for (const each of items) each.tabIndex = each === item ? 0 : -1; };
  items.forEach((item, place) => {
    item.setAttribute("aria-keyshortcuts", `${back} ${on}`);
    item.addEventListener("focus", () => stop(item));
    item.addEventListener("keydown", (event) => {
      const other = items[place + ({ [back]: -1, [on]: 1 }[event.key] ?? NaN)];
      if (!other) return;
      event.preventDefault();
      other.focus();
    });
  });
  if (items.length) stop(items[0]);
}
addEventListener("DOMContentLoaded", () => oneStop([...document.querySelectorAll("nav.page-toc a")], "ArrowUp", "ArrowDown"));

/* The note of a tested sentence also opens while the mouse rests on it or the keyboard has reached its mark. */
(() => {
  "use strict";
  const wide = matchMedia("(min-width: 1200px)");

  function follow(mark) {
    const note = document.getElementById(mark.getAttribute("popovertarget"));
    const sentence = mark.parentElement.previousElementSibling;
    if (!note?.showPopover) return;
    const show = () => { if (!wide.matches && !note.matches(":popover-open")) note.showPopover(); };
    const hide = () => { if (note.matches(":popover-open") && !note.contains(document.activeElement)) note.hidePopover(); };
    for (const node of [mark, sentence]) {
      node?.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(); });
      node?.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !event.relatedTarget?.closest?.(".td-note")) hide(); });
    }
    note.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
    mark.addEventListener("focus", () => { if (mark.matches(":focus-visible")) show(); });
    wide.addEventListener("change", () => { if (wide.matches && note.matches(":popover-open")) note.hidePopover(); });
  }

  /** Each note of a paragraph says where it stands among them, for the keyboard. */
  function number(mark, place, marks) {
    const way = document.createElement("span");
    way.className = "td-way";
    way.setAttribute("aria-hidden", "true");
    way.textContent = `${place + 1} of ${marks.length} here: ← →`;
    document.getElementById(mark.getAttribute("popovertarget"))?.append(way);
  }

  addEventListener("DOMContentLoaded", () => {
    const marks = [...document.querySelectorAll(".td-mark")];
    marks.forEach(follow);
    for (const [place, group] of Map.groupBy(marks, (mark) => mark.closest("p, li, dd, td"))) {
      if (!place || group.length < 2) continue;
      group.forEach(number);
      oneStop(group, "ArrowLeft", "ArrowRight");
    }
  });
})();

/* What is folded is printed, and folded again afterwards. */
(() => {
  "use strict";
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((node) => !node.querySelector("pre") && !node.closest("nav"));
    for (const node of opened) node.open = true;
  });
  addEventListener("afterprint", () => { for (const node of opened) node.open = false; });
})();

/* Links of the time when all claims stood on one page, claims.html#claim-<topic>-<name>, go on to the topic's page. */
(() => {
  "use strict";
  const stem = (link) => decodeURIComponent(link.pathname).split("/").pop().replace(/\.html$/, "").replaceAll("_", "-");

  function goOn() {
    if (!location.hash.startsWith("#claim-")) return;
    const links = [...document.querySelectorAll("table.td-topics a")].filter((link) => location.hash.startsWith(`#claim-${stem(link)}-`));
    const nearest = links.sort((one, other) => stem(other).length - stem(one).length)[0];
    if (nearest) location.replace(nearest.href.split("#")[0] + location.hash);
  }

  addEventListener("DOMContentLoaded", goOn);
  addEventListener("hashchange", goOn);
})();
