/* One worker for a page: it is started by the first check, asked one question at a time, and ended when an answer does not end. */
globalThis.TDLive = globalThis.TDLive || {};

/* Archives by name, as their scripts give them; a script is loaded when it is first asked for. */
TDLive.Archives = class {
  constructor(load) {
    this.load = load;                // (name) => promise of the script having run
    this.waiting = new Map();
    TDLive.take = (name, ...content) => this.waiting.get(name)?.done(content);
  }

  get(name) {
    if (!this.waiting.has(name)) {
      const entry = {};
      entry.promise = new Promise((done, fail) => { Object.assign(entry, { done, fail }); });
      this.waiting.set(name, entry);
      this.load(name).catch((error) => { this.waiting.delete(name); entry.fail(error); });
    }
    return this.waiting.get(name).promise;
  }
};

TDLive.Ended = class extends Error {};

TDLive.Runner = class {
  static SECONDS = 20;               // that an answer may take, as in `course check`
  static LOADING = 300;              // and Python to start, on the slowest phone

  constructor(archives) {
    this.archives = archives;
    this.last = Promise.resolve();
    this.reset();
  }

  /* The verdict on an answer; `needs` names archives beyond Python's own, `tell` hears {at, name}.  Rejects with Ended and the reason. */
  check(question, answer, needs = [], tell = () => {}) {
    const turn = this.last.then(() => this.run(question, answer, needs, tell));
    this.last = turn.catch(() => {});
    return turn;
  }

  async run(question, answer, needs, tell) {
    for (const name of ["python", ...needs, "checks"]) {
      if (this.has.has(name)) continue;
      tell({ at: "loading", name });
      const [index, data] = await this.archives.get(name);
      await this.ask({ archive: name, index, data }, TDLive.Runner.LOADING, ({ at }) => tell({ at, name }));
      this.has.add(name);
    }
    tell({ at: "checking" });
    const { verdict } = await this.ask({ check: 1, question, answer }, TDLive.Runner.SECONDS);
    return JSON.parse(verdict);
  }

  /* End whatever runs; the next check starts anew. */
  stop(why = "stopped") {
    this.worker?.terminate();
    this.asked?.fail(new TDLive.Ended(why));
    this.reset();
  }

  reset() {
    this.worker = this.asked = null;
    this.has = new Set();
  }

  ask(message, seconds, tell = () => {}) {
    this.worker ??= this.start();
    return new Promise((resolve, reject) => {
      const after = () => this.stop(message.archive ? `Python did not start within ${seconds} s` :
        `your answer ran for more than ${seconds} s and was ended: is there a loop that does not end?`);
      const timer = setTimeout(after, 1000 * seconds);
      const end = (settle) => (value) => { clearTimeout(timer); this.asked = null; settle(value); };
      this.asked = { done: end(resolve), fail: end(reject), tell };
      this.worker.postMessage(message);
    });
  }

  start() {
    const address = URL.createObjectURL(new Blob([`(${TDLive.worker})()`], { type: "text/javascript" }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    worker.onmessage = ({ data }) => {
      if (worker !== this.worker) return;
      if (data.failed !== undefined) this.stop(`the page's Python ended: ${data.failed}`);
      else if (data.at === "ready" || data.done) this.asked?.done(data);
      else this.asked?.tell(data);
    };
    worker.onerror = (event) => { if (worker === this.worker) this.stop(`the page's Python ended: ${event.message || "no reason was given"}`); };
    return worker;
  }
};
