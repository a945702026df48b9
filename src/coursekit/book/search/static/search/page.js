/* The page of search: what is found while one types, with the query in the address. */
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const field = document.querySelector(".td-search-form input");
  const list = document.querySelector(".td-search-results");
  const status = document.querySelector(".td-search-status");
  if (!field) return;
  const NAMES = { concept: "Concept", section: "Section", claim: "Claim", question: "Question" };
  const root = document.documentElement.dataset.content_root ?? "./";

  function node(name, text = "", className = "") {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function item(entry, query) {
    const line = node("li");
    const link = node("a", entry.title);
    link.href = root + entry.address;
    const where = [NAMES[entry.kind], entry.page === entry.title ? "" : entry.page, entry.id].filter(Boolean).join(" · ");
    const text = node("p");
    for (const [part, hit] of TDSearch.excerpt(entry, query)) text.append(hit ? node("mark", part) : part);
    line.append(link, node("span", where, "td-search-where"), text);
    return line;
  }

  function show() {
    const query = field.value.trim();
    const { found, missing } = TDSearch.find(globalThis.TDSearchData ?? [], query);
    list.replaceChildren(...found.map((entry) => item(entry, query)));
    const count = `${found.length}${found.length === 40 ? " or more" : ""} place${found.length === 1 ? "" : "s"}`;
    status.textContent = !query ? "" : !found.length ? "Nothing in the book has these words."
      : missing ? `No place has all of these words; ${count} have some.` : `${count} found.`;
  }

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.form.addEventListener("submit", (event) => event.preventDefault());
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      history.replaceState(null, "", `${location.pathname}?q=${encodeURIComponent(field.value)}`);
      show();
    }, 120);
  });
  show();
  field.focus();
});
