// The page's route to Python without a browser: `node in_node.js SCRIPTS NOTEBOOK.js`, one JSON line {id, answer, needs} in, one verdict out.
"use strict";
const fs = require("node:fs"), path = require("node:path"), readline = require("node:readline"), vm = require("node:vm");
const { Worker: Thread } = require("node:worker_threads");
const [page, scripts, notebookScript] = process.argv.slice(2);

// a worker as a browser has it: no `process`, no `require`, its code from the text of a blob
const BROWSER = `
const { parentPort, workerData } = require("node:worker_threads");
for (const name of ["process", "require", "module", "exports"]) delete globalThis[name];
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = Object;
globalThis.importScripts = () => { throw new Error("no scripts"); };
globalThis.location = { href: "blob:null/1", toString() { return this.href; } };
globalThis.postMessage = (message) => parentPort.postMessage(message);
(0, eval)(workerData);
parentPort.on("message", (data) => globalThis.onmessage({ data }));
`;

const blobs = new Map();
globalThis.Blob = class { constructor(parts) { this.text = parts.join(""); } };
URL.createObjectURL = (blob) => { const name = `blob:${blobs.size}`; blobs.set(name, blob.text); return name; };
URL.revokeObjectURL = () => {};
globalThis.Worker = class {
  constructor(address) {
    this.thread = new Thread(BROWSER, { eval: true, workerData: blobs.get(address) });
    this.thread.on("message", (data) => this.onmessage({ data }));
    this.thread.on("error", (error) => this.onerror({ message: String(error.stack) }));
  }
  postMessage(message) { this.thread.postMessage(message); }
  terminate() { this.thread.terminate(); }
};

const run = (file) => vm.runInThisContext(fs.readFileSync(file, "utf8"), file);
for (const name of ["worker.js", "runner.js", "notebook.js"]) run(path.join(page, name));
const archives = new TDLive.Archives(async (name) => run(name === "notebook" ? notebookScript : path.join(scripts, `${name}.js`)));
const runner = new TDLive.Runner(archives);
TDLive.Runner.SECONDS = 600;   // a busy machine is slow, not wrong; no answer here loops

async function main() {
  const [notebook] = await archives.get("notebook");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, answer, needs, drafts } = JSON.parse(line);
    let said;
    if (drafts) said = { notebook: TDLive.notebook.filled(notebook, drafts) };
    else {
      const began = performance.now();
      try { said = await runner.check(JSON.stringify(TDLive.notebook.question(notebook, id)), answer, needs); } catch (error) { said = { ended: error.message }; }
      said.seconds = (performance.now() - began) / 1000;
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  runner.stop();
}
main();
