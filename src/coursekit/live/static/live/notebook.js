/* The released notebook: a question's cells for its check, and the notebook with what was typed in its answer cells. */
globalThis.TDLive = globalThis.TDLive || {};
TDLive.notebook = (() => {
  "use strict";
  const text = (cell) => (Array.isArray(cell.source) ? cell.source.join("") : cell.source);
  const about = (cell) => cell.metadata.coursekit ?? {};
  const isAnswer = (cell) => ["answer", "written"].includes(about(cell).role);
  const lines = (source) => source.match(/[^\n]*\n|[^\n]+$/g) ?? [];

  /* What coursekit.live.session needs of a question, as an object. */
  function question(notebook, id) {
    const own = (role) => notebook.cells.find((cell) => about(cell).role === role && about(cell).question === id);
    const check = own("check");
    return {
      id, title: about(check).title, points: check.metadata.nbgrader.points, visible: about(check).visible,
      setup: notebook.cells.filter((cell) => about(cell).role === "setup").map(text), stub: text(own("answer")), check: text(check),
    };
  }

  /* The notebook as text, with `drafts`, {question: answer}, in place of the cells as released. */
  function filled(notebook, drafts) {
    const copy = structuredClone(notebook);
    for (const cell of copy.cells) {
      const draft = isAnswer(cell) ? drafts[about(cell).question] : undefined;
      if (draft !== undefined) cell.source = lines(draft);
    }
    return `${JSON.stringify(copy, null, 1)}\n`;
  }

  /* The answers of a notebook that differ from the released one's, {question: answer}.  Throws what is wrong, in words. */
  function answers(content, released) {
    let given;
    try { given = JSON.parse(content); } catch { throw new Error("this file is no notebook"); }
    const name = given?.metadata?.coursekit?.assignment, ours = released.metadata.coursekit.assignment;
    if (!Array.isArray(given?.cells) || name !== ours) throw new Error(`this is not the notebook of the assignment “${ours}”`);
    const stubs = Object.fromEntries(released.cells.filter(isAnswer).map((cell) => [about(cell).question, text(cell)]));
    const found = given.cells.filter((cell) => cell?.metadata && isAnswer(cell)).map((cell) => [about(cell).question, text(cell)]);
    return Object.fromEntries(found.filter(([id, source]) => id in stubs && typeof source === "string" && source !== stubs[id]));
  }

  return { question, filled, answers };
})();
