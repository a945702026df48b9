/* What runs in the worker: it unpacks Python, starts it, and hands questions to coursekit.live.session.

TDLive.worker is a function without anything around it, since the worker is made of its text: a page opened from a folder may
not load a worker from a file.  It is sent
  {archive: name, index: [[path, length], …], data}    an archive of coursekit.live.bundle
  {check: number, question, answer}                    a question of the released notebook, as JSON, and what was typed
and sends
  {at: "unpacking" | "starting" | "ready"}, {done: number, verdict}, {failed: text}. */
globalThis.TDLive = globalThis.TDLive || {};
TDLive.worker = function () {
  "use strict";
  const MEMORY = 2 ** 30;            // bytes that Python may have
  const NOWHERE = "https://book.invalid/";
  const TYPES = { wasm: "application/wasm", json: "application/json" };
  const core = new Map();            // files that Pyodide asks for, by name
  let pyodide = null, session = null;

  function limitMemory() {
    const grow = WebAssembly.Memory.prototype.grow;
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (this.buffer.byteLength + 65536 * pages > MEMORY) throw new RangeError("no more memory for this page's Python");
      return grow.call(this, pages);
    };
  }

  function bytes(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text), data = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) data[i] = raw.charCodeAt(i);
    return data;
  }

  async function unpacked(index, text) {
    const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const whole = new Uint8Array(await new Response(stream).arrayBuffer());
    let at = 0;
    return index.map(([path, length]) => [path, whole.subarray(at, (at += length))]);
  }

  // Nothing is asked of the network: Pyodide's files come from the archive, and there are no others.
  function serve() {
    globalThis.fetch = async (address) => {
      const name = String(address?.url ?? address).replace(NOWHERE, "");
      if (!core.has(name)) throw new TypeError("this page's Python has no network");
      return new Response(core.get(name), { headers: { "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream" } });
    };
    globalThis.XMLHttpRequest = globalThis.WebSocket = globalThis.EventSource = undefined;
  }

  const evaluated = (name, gives) => new Function(`${new TextDecoder().decode(core.get(name))}\nreturn ${gives};`)();

  async function start() {
    postMessage({ at: "starting" });
    serve();
    globalThis._createPyodideModule = evaluated("pyodide.asm.js", "_createPyodideModule");
    pyodide = await evaluated("pyodide.js", "globalThis.loadPyodide")({ indexURL: NOWHERE, stdin: () => null, stdout: () => {}, stderr: () => {} });
    core.clear();
  }

  /* Files at their places; compiled modules are loaded when Python imports them, shared libraries now. */
  async function install(files) {
    for (const [path, data] of files) {
      const place = `/${path}`;
      pyodide.FS.mkdirTree(place.slice(0, place.lastIndexOf("/")));
      pyodide.FS.writeFile(place, data, { canOwn: true });
      if (place.startsWith("/usr/lib/")) await pyodide._api.loadDynlib(place, true);
    }
    pyodide.runPython("import importlib; importlib.invalidate_caches()");
  }

  async function take({ archive, index, data }) {
    postMessage({ at: "unpacking" });
    const files = await unpacked(index, data), inside = ([path]) => path.includes("/");
    if (archive === "python") {
      files.filter((file) => !inside(file)).forEach(([path, part]) => core.set(path, part));
      await start();
    }
    await install(files.filter(inside));
    if (archive === "checks") session = pyodide.pyimport("coursekit.live.session");
    postMessage({ at: "ready" });
  }

  function check({ check, question, answer }) {
    postMessage({ done: check, verdict: session.check(question, answer) });
  }

  limitMemory();
  let last = Promise.resolve();      // messages are worked off one after the other
  globalThis.onmessage = ({ data }) => {
    last = last.then(() => (data.archive ? take(data) : check(data))).catch((error) => postMessage({ failed: String(error?.message ?? error) }));
  };
};
