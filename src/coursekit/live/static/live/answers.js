/* The answer fields of an assignment's page.  Everything that is shown is inserted as text. */
(() => {
  "use strict";
  const SIGNS = { "passes the visible checks": ["td-passes", "✓"], "graded later": ["td-later", "·"], missing: ["td-missing", "·"] };
  const STEPS = { loading: 0.1, unpacking: 0.25, starting: 0.45, ready: 0.9, checking: 0.95 };
  const NAMES = { python: "Python and NumPy", scipy: "SciPy", checks: "the checks" };
  const SCIPY = /^\s*(?:from|import)\s[^#\n]*\bscipy\b/m;
  const megabytes = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;

  function make(tag, properties = {}, ...children) {
    const { dataset, ...rest } = properties, node = Object.assign(document.createElement(tag), rest);
    Object.assign(node.dataset, dataset);
    node.append(...children);
    return node;
  }
  const button = (text, name, onclick, extra = {}) => {
    const node = make("button", { type: "button", className: "td-button", textContent: text, onclick, ...extra });
    if (name) node.setAttribute("aria-label", name);
    return node;
  };

  /* A message's text, what stands between backticks as code. */
  const marked = (text) => text.split("`").map((part, at) => (at % 2 ? make("code", { textContent: part }) : part));

  class Page {
    constructor(head) {
      this.head = head;
      this.about = head.dataset;
      this.drafts = new TDLive.Drafts(this.about.course, this.about.topic);
      this.archives = new TDLive.Archives((name) => this.load(name));
      this.runner = new TDLive.Runner(this.archives);
      this.fields = [...document.querySelectorAll(".td-answer")].map((place) => new Field(this, place));
      this.tools();
    }

    load(name) {
      const address = name === "notebook" ? this.about.notebook : `${this.about.scripts}/${name}.js`;
      return new Promise((resolve, reject) => {
        const onerror = () => reject(new Error(`${address} could not be loaded`));
        document.head.append(make("script", { src: address, onload: resolve, onerror }));
      });
    }

    async notebook() { return (await this.archives.get("notebook"))[0]; }

    tools() {
      this.said = make("p", { className: "td-answer-note", role: "status" });
      this.file = make("input", { type: "file", accept: ".ipynb", hidden: true, onchange: () => this.open() });
      this.file.setAttribute("aria-label", "Open my notebook");
      this.head.append(
        make("p", {}, "You can answer here and check while you work, with nothing installed. Your answers stay in this browser, and nothing is sent. ",
          "What passes here is checked further when it is graded."),
        make("div", { className: "td-answer-bar" },
          button("Download my notebook", "", () => this.download()), button("Open my notebook…", "", () => this.file.click()),
          button("Reset all answers", "", () => this.reset())),
        this.file, this.said,
      );
    }

    async attempt(work) {
      try { this.said.textContent = await work(); } catch (error) { this.said.textContent = `This did not work: ${error.message}.`; }
    }

    download() {
      return this.attempt(async () => {
        const drafts = Object.fromEntries(this.fields.filter((field) => field.changed).map((field) => [field.id, field.area.value]));
        const text = TDLive.notebook.filled(await this.notebook(), drafts);
        const address = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
        make("a", { href: address, download: `${this.about.topic}.ipynb` }).click();
        setTimeout(() => URL.revokeObjectURL(address), 60_000);
        return `${this.about.topic}.ipynb holds ${Object.keys(drafts).length} answers of yours; hand in this file under its name.`;
      });
    }

    open() {
      return this.attempt(async () => {
        const answers = TDLive.notebook.answers(await this.file.files[0].text(), await this.notebook());
        this.file.value = "";
        const fields = this.fields.filter((field) => field.id in answers);
        const lost = fields.filter((field) => field.changed && field.area.value !== answers[field.id]).length;
        if (lost && !confirm(`Replace ${lost} of the answers on this page by those of the notebook?`)) return "Nothing was changed.";
        fields.forEach((field) => field.set(answers[field.id]));
        return `${fields.length} answers were taken from the notebook.`;
      });
    }

    reset() {
      if (!confirm("Take away all answers that you typed on this page?")) return;
      this.fields.forEach((field) => field.set(field.stub));
      this.said.textContent = "All fields are as they were at first.";
    }
  }

  class Field {
    constructor(page, place) {
      Object.assign(this, { page, place, id: place.dataset.question, kind: place.dataset.kind });
      this.section = place.closest("section");
      this.title = this.section?.querySelector("h2")?.firstChild?.textContent?.trim() ?? this.id;
      this.stub = this.kind === "written" ? "" : this.takeStub();
      this.build();
      const kept = page.drafts.read(this.id);
      this.area.value = kept ?? this.stub;
      TDLive.editor.attach(this.area, this.kind !== "written", () => this.check?.click());
      this.area.addEventListener("input", () => this.keep());
      this.note();
    }

    /* The code block before the field becomes what the field starts from. */
    takeStub() {
      const block = this.place.previousElementSibling, words = block?.previousElementSibling;
      block.hidden = true;
      if (words?.localName === "p") words.hidden = true;
      return block.querySelector("pre").textContent.replace(/\n$/, "");
    }

    get changed() { return this.area.value !== this.stub && this.area.value.trim() !== ""; }

    build() {
      const name = `td-answer-${this.id}`;
      this.area = make("textarea", { id: name, className: this.kind === "written" ? "td-text" : "td-code-field", spellcheck: this.kind === "written" });
      for (const [key, value] of [["autocapitalize", "off"], ["autocomplete", "off"], ["autocorrect", "off"], ["aria-describedby", `${name}-keys`]]) this.area.setAttribute(key, value);
      if (this.kind !== "written") this.area.wrap = "off";
      this.hint = make("span", { className: "td-answer-note" });
      this.said = make("div", { className: "td-said", role: "status" });
      this.bar = make("progress", { hidden: true, max: 1 });
      this.bar.setAttribute("aria-label", "Loading");
      this.stop = button("Stop", `Stop the check of ${this.title}`, () => this.page.runner.stop("stopped"), { hidden: true });
      this.check = this.kind === "check" ? button("Check", `Check: ${this.title}`, () => this.run(), { className: "td-button td-main" }) : null;
      const keys = this.kind === "written" ? "Markdown; formulas between dollar signs." : "Tab indents; Escape, then Tab, leaves the field. Ctrl+Enter checks.";
      this.place.append(
        make("label", { htmlFor: name }, "Your answer", make("span", { className: "visually-hidden" }, ` to ${this.title}`)), this.area,
        make("p", { id: `${name}-keys`, className: "td-answer-note" }, this.kind === "check" ? keys : keys.replace(" Ctrl+Enter checks.", "")),
        make("div", { className: "td-answer-bar" }, ...[this.check, this.stop].filter(Boolean),
          button("Reset", `Reset: ${this.title}`, () => { if (!this.changed || confirm("Take away what you typed here?")) this.set(this.stub); }), this.hint),
        this.bar, this.said,
      );
    }

    set(text) {
      this.area.value = text;
      TDLive.editor.fit(this.area);
      this.keep();
    }

    keep() {
      const kept = this.page.drafts.write(this.id, this.area.value === this.stub ? null : this.area.value);
      this.note(kept ? "" : "This browser does not keep drafts: download your notebook before you leave.");
    }

    needs() { return this.place.dataset.scipy || SCIPY.test(this.area.value) ? ["scipy"] : []; }

    /* What the next check will load, said before. */
    note(warning = "") {
      const lacks = this.place.dataset.lacks;
      const names = ["python", ...this.needs()].filter((name) => !this.page.runner.has.has(name));
      const size = names.reduce((sum, name) => sum + Number(this.page.about[name]), 0);
      const loads = this.kind === "check" && names.length ? `The next check loads ${names.map((name) => NAMES[name]).join(" and ")} (${megabytes(size)}).` : "";
      this.hint.textContent = warning || (lacks ? `Needs ${lacks}, which a page does not have: check this answer with the kit.` : loads);
    }

    async run() {
      if (this.running) return;
      this.running = true;
      this.check.disabled = true;
      this.stop.hidden = this.bar.hidden = false;
      this.show("", "Waiting for the check before this one …");
      const began = performance.now();
      try {
        const notebook = await this.page.notebook();
        const question = TDLive.notebook.question(notebook, this.id);
        const needs = SCIPY.test([...question.setup, question.check].join("\n")) ? ["scipy"] : this.needs();
        this.verdict(await this.page.runner.check(JSON.stringify(question), this.area.value, needs, (step) => this.progress(step)));
      } catch (error) {
        this.show("td-wrong", "Not checked", error.message);
      }
      this.place.dataset.seconds = ((performance.now() - began) / 1000).toFixed(2);
      this.running = this.check.disabled = false;
      this.stop.hidden = this.bar.hidden = true;
      this.page.fields.forEach((field) => field.note());
    }

    progress({ at, name }) {
      this.bar.value = STEPS[at] ?? 0;
      const size = this.page.about[name];
      const words = { loading: `Loading ${NAMES[name]}${size ? ` (${megabytes(size)})` : ""} …`, unpacking: `Unpacking ${NAMES[name]} …`, starting: "Starting Python …", checking: "Checking …" };
      if (words[at]) this.show("", words[at]);
    }

    verdict({ state, message, hint, output }) {
      const [tone, sign] = SIGNS[state] ?? ["td-wrong", "✗"];
      const passes = tone === "td-passes";
      const fold = hint ? this.fold(hint) : null;
      const words = passes ? "Hidden checks decide the points when it is graded." : message;
      this.show(tone, `${sign} ${state[0].toUpperCase()}${state.slice(1)}`, fold ? words.replace(`\nOpen hint ${hint}.`, "") : words);
      if (fold) this.said.append(button(`Open hint ${hint}`, "", () => this.open(fold)));
      if (output.trim()) {
        const text = make("pre", { textContent: output, tabIndex: 0 });
        text.setAttribute("aria-label", "What your answer printed");
        text.setAttribute("role", "region");
        this.said.append(make("p", { className: "td-answer-note" }, "Printed:"), text);
      }
    }

    show(tone, title, text = "") {
      this.said.className = `td-said ${tone}`;
      this.said.replaceChildren(make("p", { className: "td-state" }, title), ...(text ? [make("p", { className: "td-message" }, ...marked(text))] : []));
    }

    fold(number) {
      const titles = [...(this.section?.querySelectorAll(".admonition.dropdown > .admonition-title") ?? [])];
      return titles.find((title) => title.textContent.trim().startsWith(`Hint ${number}`))?.parentElement;
    }

    open(fold) {
      if (fold.classList.contains("toggle-hidden")) fold.querySelector(".toggle-button, .admonition-title").click();
      fold.scrollIntoView({ block: "center" });
    }
  }

  addEventListener("DOMContentLoaded", () => {
    const head = document.querySelector(".td-answers");
    if (head) TDLive.page = new Page(head);
  });
})();
