/* One question's answer field.  Everything that is shown is inserted as text. */
globalThis.TDLive = globalThis.TDLive || {};
(() => {
  "use strict";
  const SIGNS = { "passes the visible checks": ["td-passes", "✓"], "graded later": ["td-later", "·"], missing: ["td-missing", "·"] };
  const STEPS = { loading: 0.1, unpacking: 0.25, starting: 0.45, ready: 0.9, checking: 0.95 };
  const NAMES = { python: "Python and NumPy", scipy: "SciPy", checks: "the checks" };
  const SCIPY = /^\s*(?:from|import)\s[^#\n]*\bscipy\b/m;
  const megabytes = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;

  TDLive.make = function make(tag, properties = {}, ...children) {
    const { dataset, ...rest } = properties, node = Object.assign(document.createElement(tag), rest);
    Object.assign(node.dataset, dataset);
    node.append(...children);
    return node;
  };

  TDLive.button = (text, name, onclick, extra = {}) => {
    const node = TDLive.make("button", { type: "button", className: "td-button", textContent: text, onclick, ...extra });
    if (name) node.setAttribute("aria-label", name);
    return node;
  };

  const { make, button } = TDLive;

  /* A message's text, what stands between backticks as code. */
  const marked = (text) => text.split("`").map((part, at) => (at % 2 ? make("code", { textContent: part }) : part));

  TDLive.Field = class {
    constructor(page, place) {
      Object.assign(this, { page, place, id: place.dataset.question, kind: place.dataset.kind });
      this.section = place.closest("details.td-try") ?? place.closest("section");
      this.title = place.dataset.title ?? this.section?.querySelector("h2")?.firstChild?.textContent?.trim() ?? this.id;
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
      const written = this.kind === "written";
      this.area = make("textarea", { id: name, className: written ? "td-text" : "td-code-field", spellcheck: written });
      for (const key of ["autocapitalize", "autocomplete", "autocorrect"]) this.area.setAttribute(key, "off");
      this.area.setAttribute("aria-describedby", `${name}-keys`);
      if (!written) this.area.wrap = "off";
      this.hint = make("span", { className: "td-answer-note" });
      this.said = make("div", { className: "td-said", role: "status" });
      this.bar = make("progress", { hidden: true, max: 1 });
      this.bar.setAttribute("aria-label", "Loading");
      this.stop = button("Stop", `Stop the check of ${this.title}`, () => this.page.runner.stop("stopped"), { hidden: true });
      const main = { className: "td-button td-main" };
      this.check = this.kind === "check" ? button("Check", `Check: ${this.title}`, () => this.run(), main) : null;
      const leave = "Tab indents; Escape, then Tab, leaves the field.";
      const keys = written ? "Markdown; formulas between dollar signs." : `${leave}${this.check ? " Ctrl+Enter checks." : ""}`;
      this.place.append(
        make("label", { htmlFor: name }, "Your answer", make("span", { className: "visually-hidden" }, ` to ${this.title}`)), this.area,
        make("p", { id: `${name}-keys`, className: "td-answer-note" }, keys),
        make("div", { className: "td-answer-bar" }, ...[this.check, this.stop].filter(Boolean),
          button("Reset", `Reset: ${this.title}`, () => this.reset()), this.hint),
        this.bar, this.said,
      );
    }

    reset() {
      if (!this.changed || confirm("Take away what you typed here?")) this.set(this.stub);
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
      const what = names.map((name) => NAMES[name]).join(" and ");
      const loads = this.check && names.length ? `The next check loads ${what} (${megabytes(size)}).` : "";
      const kit = lacks ? `Needs ${lacks}, which a page does not have: check this answer with the kit.` : "";
      this.hint.textContent = warning || kit || loads;
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
      const loading = `Loading ${NAMES[name]}${size ? ` (${megabytes(size)})` : ""} …`;
      const words = { loading, unpacking: `Unpacking ${NAMES[name]} …`, starting: "Starting Python …", checking: "Checking …" };
      if (words[at]) this.show("", words[at]);
    }

    verdict({ state, message, hint, output }) {
      const [tone, sign] = SIGNS[state] ?? ["td-wrong", "✗"];
      const passes = tone === "td-passes";
      this.page.passed(this.id, passes);
      const fold = hint ? this.fold(hint) : null;
      const words = passes ? "Hidden checks decide the points when it is graded." : message;
      const title = `${sign} ${state[0].toUpperCase()}${state.slice(1)}`;
      this.show(tone, title, fold ? words.replace(`\nOpen hint ${hint}.`, "") : words);
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
      this.said.replaceChildren(make("p", { className: "td-state" }, title));
      if (text) this.said.append(make("p", { className: "td-message" }, ...marked(text)));
    }

    fold(number) {
      const titles = [...(this.section?.querySelectorAll(".admonition.dropdown > .admonition-title, .td-hint > summary") ?? [])];
      return titles.find((title) => title.textContent.trim().startsWith(`Hint ${number}`))?.parentElement;
    }

    open(fold) {
      if (fold.localName === "details") fold.open = true;
      else if (fold.classList.contains("toggle-hidden")) fold.querySelector(".toggle-button, .admonition-title").click();
      fold.scrollIntoView({ block: "center" });
    }
  };
})();
