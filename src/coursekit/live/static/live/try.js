/* Questions within a chapter: what their answer fields need is loaded when the first of them is opened. */
(() => {
  "use strict";
  const here = document.currentScript.src;
  const SCRIPTS = ["worker.js", "runner.js", "notebook.js", "editor.js", "drafts.js", "field.js", "answers.js"];
  let asked = false;

  function load() {
    if (asked) return;
    asked = true;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("live.css", here) }));
    for (const name of SCRIPTS) {
      document.head.append(Object.assign(document.createElement("script"), { src: new URL(name, here), async: false }));
    }
  }

  document.querySelectorAll("details.td-try").forEach((fold) => {
    fold.addEventListener("toggle", () => { if (fold.open) load(); });
    if (fold.open) load();
  });
})();
