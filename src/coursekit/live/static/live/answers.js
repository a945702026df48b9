/* The answer fields of an assignment's page, and what concerns all of them: the notebook to download, to open, to reset. */
(() => {
  "use strict";
  const { make, button } = TDLive;

  class Page {
    constructor(head) {
      this.head = head;
      this.about = head.dataset;
      this.drafts = new TDLive.Drafts(this.about.course, this.about.topic);
      this.archives = new TDLive.Archives((name) => this.load(name));
      this.runner = new TDLive.Runner(this.archives);
      this.fields = [...document.querySelectorAll(".td-answer")].map((place) => new TDLive.Field(this, place));
      if (this.about.chapter) this.head.hidden = true;  // a question or two; the assignment's page has the tools
      else this.tools();
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
        make("p", {}, "You can answer here and check while you work, with nothing installed. Your answers stay in this browser, ",
          "and nothing is sent. What passes here is checked further when it is graded."),
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

    /* For the map of the course: which answers passed when they were last checked, and of how many. */
    passed(id, passes) {
      const kept = globalThis.TDRead?.kept;
      if (!this.about.chapter) kept?.write("questions", this.fields.length, this.about.topic);
      kept?.write(`passed-${id}`, passes, this.about.topic);
    }

    reset() {
      if (!confirm("Take away all answers that you typed on this page?")) return;
      this.fields.forEach((field) => {
        field.set(field.stub);
        this.passed(field.id, false);
      });
      this.said.textContent = "All fields are as they were at first.";
    }
  }

  function begin() {
    const head = document.querySelector(".td-answers");
    if (head) TDLive.page = new Page(head);
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();  // deferred, or asked for within a chapter
})();
