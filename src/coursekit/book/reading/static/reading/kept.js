/* What this browser keeps of a reader's way through the book: under `td-read:`, page and name.  Nothing leaves it. */
globalThis.TDRead = globalThis.TDRead || {};
TDRead.kept = {
  page: () => location.pathname.split("/").pop().replace(/\.html$/, "") || "index",
  read(name, page = TDRead.kept.page()) {
    try { return JSON.parse(localStorage.getItem(`td-read:${page}:${name}`)); } catch { return null; }
  },
  write(name, value, page = TDRead.kept.page()) {
    try { localStorage.setItem(`td-read:${page}:${name}`, JSON.stringify(value)); } catch { /* some browsers keep nothing */ }
  },
  /** All that is kept for a page, as [name, value] pairs. */
  all(page) {
    try {
      const prefix = `td-read:${page}:`;
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => [key.slice(prefix.length), JSON.parse(localStorage.getItem(key))]);
    } catch { return []; }
  },
};
