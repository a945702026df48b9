/* A text area for code: Tab indents, Enter keeps the indentation, Escape and then Tab leaves.  Changes can be undone. */
globalThis.TDLive = globalThis.TDLive || {};
TDLive.editor = (() => {
  "use strict";
  const INDENT = "    ";
  const ROWS = [4, 30];

  /* Typed, so that the browser's own undo knows of it. */
  function insert(area, text, from = area.selectionStart, to = area.selectionEnd) {
    area.setSelectionRange(from, to);
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) area.setRangeText(text, from, to, "end");
  }

  const lineStart = (area) => area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;

  function shift(area, back) {
    const start = lineStart(area), end = area.selectionEnd;
    const before = area.value.slice(start, end).split("\n");
    const after = before.map((line) => (back ? line.replace(/^( {1,4}|\t)/, "") : INDENT + line)).join("\n");
    if (after === before.join("\n")) return;
    insert(area, after, start, end);
    area.setSelectionRange(start, start + after.length);
  }

  function newline(area) {
    const line = area.value.slice(lineStart(area), area.selectionStart);
    insert(area, `\n${line.match(/^\s*/)[0]}${/:\s*(#.*)?$/.test(line) ? INDENT : ""}`);
  }

  function fit(area) {
    area.rows = Math.min(Math.max(area.value.split("\n").length + 1, ROWS[0]), ROWS[1]);
  }

  /* Make `area` a field for code (or, without `code`, for text) that calls `run` on Ctrl+Enter. */
  function attach(area, code, run) {
    let leaving = false;
    area.addEventListener("input", () => fit(area));
    area.addEventListener("blur", () => { leaving = false; });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); return; }
      if (!code || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "Escape") { leaving = true; return; }
      if (event.key === "Tab" && !leaving) {
        event.preventDefault();
        const many = area.value.slice(area.selectionStart, area.selectionEnd).includes("\n");
        if (many || event.shiftKey) shift(area, event.shiftKey);
        else insert(area, INDENT);
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        newline(area);
      }
      if (event.key !== "Shift") leaving = false;
    });
    fit(area);
  }

  return { attach, fit };
})();
