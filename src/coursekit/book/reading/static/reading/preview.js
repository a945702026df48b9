/* What a link points to, shown beside it while the mouse rests on it or the keyboard has reached it: equations, figures,
   references, claims.  A long press is the phone's own; a tap on a reference opens the preview, with the link in it. */
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const WAIT = 180;                               // milliseconds of rest before a preview opens
  const card = document.createElement("div");
  card.className = "td-preview";
  card.id = "td-preview";
  card.setAttribute("popover", "manual");
  card.setAttribute("role", "note");
  if (!card.showPopover) return;
  document.body.append(card);
  let timer = 0;
  let shown = null;

  // A citation carries its entry as a title, which a mouse alone would show.
  for (const link of document.querySelectorAll(".bd-article a[title][href*='#']:not(.headerlink)")) {
    link.dataset.entry = link.title;
    link.removeAttribute("title");
  }

  /** An entry of the references, its arXiv number and DOI as links. */
  function entry(text) {
    const made = document.createElement("p");
    let at = 0;
    for (const match of text.matchAll(/arXiv:(\d{4}\.\d{4,5}|[a-z-]+\/\d{7})|doi:(10\.\S+?)(?=[.,]?(?:\s|$))/g)) {
      const link = document.createElement("a");
      link.href = match[1] ? `https://arxiv.org/abs/${match[1]}` : `https://doi.org/${match[2]}`;
      link.textContent = match[0];
      made.append(text.slice(at, match.index), link);
      at = match.index + match[0].length;
    }
    made.append(text.slice(at));
    return made;
  }

  /** What to show for a link, or null: the entry that it carries, or a copy of the place on this page. */
  function content(link) {
    if (link.dataset.entry) return entry(link.dataset.entry);
    const [path, id] = (link.getAttribute("href") ?? "").split("#");
    if (!id) return null;
    const place = path ? null : document.getElementById(decodeURIComponent(id));
    if (!place) return null;
    if (place.matches("div.math, figure.dynfig, .td-claim")) return copy(place);
    return place.querySelector(":scope > div.math") ? copy(place) : null;
  }

  function copy(node) {
    const made = node.cloneNode(true);
    made.removeAttribute("id");
    made.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
    made.querySelectorAll(".headerlink, .td-cover, button").forEach((part) => part.remove());
    return made.matches(".td-held") ? null : made;
  }

  function put(link) {
    const at = link.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const below = at.bottom + box.height + 12 < innerHeight || at.top < box.height + 12;
    card.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
    card.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - box.height - 6)}px`;
  }

  function show(link, leading = false) {
    const inside = content(link);
    if (!inside) return false;
    card.replaceChildren(inside);
    if (leading) {
      const on = link.cloneNode();
      on.removeAttribute("aria-describedby");
      on.textContent = "Go there";
      card.append(on);
    }
    if (!card.matches(":popover-open")) card.showPopover();
    put(link);
    shown = link;
    link.setAttribute("aria-describedby", card.id);
    return true;
  }

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    if (card.matches(":popover-open")) card.hidePopover();
  }

  const linkOf = (event) => event.target.closest?.(".bd-article a[href*='#']");
  document.addEventListener("pointerover", (event) => {
    const link = linkOf(event);
    if (event.pointerType !== "mouse" || !link || link === shown) return;
    clearTimeout(timer);
    timer = setTimeout(() => show(link), WAIT);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType !== "mouse" || !linkOf(event)) return;
    clearTimeout(timer);
    timer = setTimeout(() => { if (!card.matches(":hover")) hide(); }, WAIT);
  });
  card.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link?.matches(":focus-visible")) show(link);
    else if (!card.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (link && event.pointerType === "touch" && link !== shown && show(link, true)) event.preventDefault();
    else if (!card.contains(event.target) || event.target.closest("a")) hide();
  });
  // A link that the keyboard leads to may be brought into sight first: its card goes along.
  addEventListener("scroll", () => {
    if (!shown) return;
    const at = shown.getBoundingClientRect();
    const seen = at.bottom > 0 && at.top < innerHeight;
    if (seen && shown === document.activeElement && shown.matches(":focus-visible")) put(shown);
    else hide();
  }, { passive: true });
});
