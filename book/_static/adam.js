/* Explorable of the chapter on Adam: a method in the given coordinates and in changed ones, theta = A phi.  The Python twin of the
   computation is training_dynamics/adam/explorable.py; a test compares the two. */
globalThis.TD = globalThis.TD || {};
TD.adam = (() => {
  "use strict";
  const RATES = { gradient: 0.1, sign: 0.05, adam: 0.05, diagonal: 0.1, natural: 0.1 };

  const { times, transpose, product, solve2, rotation } = ExplorableMath;

  /** Curvatures 3 and 0.4, turned by 30 degrees. */
  function bowl() {
    const turn = rotation(Math.PI / 6);
    return product(product(turn, [[3, 0], [0, 0.4]]), transpose(turn));
  }

  /** The map A of a kind: "turn" (an angle in degrees), "stretch" (diagonal, sqrt of the amount up and down), "shear", "signs". */
  function map(kind, degrees, amount) {
    const root = Math.sqrt(amount);
    if (kind === "turn") return rotation((degrees * Math.PI) / 180);
    if (kind === "stretch") return [[root, 0], [0, 1 / root]];
    if (kind === "both") return product(rotation((degrees * Math.PI) / 180), [[root, 0], [0, 1 / root]]);
    if (kind === "signs") return [[0, -1], [1, 0]];
    return [[1, 0], [0, 1]];
  }

  /** The path in theta of a method run on phi. */
  function path(method, a, theta, steps, damping, carried) {
    const h = product(product(transpose(a), bowl()), a);
    const extra = carried ? product(transpose(a), a) : [[1, 0], [0, 1]];
    const metric = h.map((row, i) => row.map((v, j) => v + damping * extra[i][j]));
    let phi = solve2(a, theta);
    const direction = ExplorableMath.adam({ eps: 0 });
    const found = [theta];
    for (let t = 1; t <= steps; t += 1) {
      const g = times(h, phi);
      let move = g;
      if (method === "sign") move = g.map(Math.sign);
      if (method === "diagonal") move = g.map((x, i) => x / metric[i][i]);
      if (method === "natural") move = solve2(metric, g);
      if (method === "adam") move = direction(g);
      phi = phi.map((x, i) => x - RATES[method] * move[i]);
      found.push(times(a, phi));
    }
    return found;
  }

  return { bowl, map, path };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-adam", (ui) => {
    const model = TD.adam;
    const STEPS = 80;
    const names = { gradient: "gradient descent", sign: "sign descent", adam: "Adam", diagonal: "Fisher diagonal", natural: "natural gradient" };
    const method = ui.select({ label: "method", value: "adam", options: Object.entries(names) });
    const kind = ui.select({ label: "new coordinates", value: "stretch",
      options: [["none", "the same"], ["signs", "swapped, one sign flipped"], ["stretch", "stretched"], ["turn", "turned"], ["both", "stretched and turned"]] });
    const degrees = ui.slider({ label: "turn by", min: 0, max: 90, value: 40, step: 1, unit: "°" });
    const amount = ui.slider({ label: "ratio of the two units", min: 1, max: 30, value: 6, log: true });
    const damping = ui.slider({ label: "damping λ", min: 0.001, max: 10, value: 0.05, log: true });
    const carried = ui.checkbox({ label: "carry the damping along (λAᵀA)", value: true });
    const gap = ui.readout("paths apart by at most");
    const verdict = ui.readout("so the path is");
    const plot = ui.plot({ x: { label: "first parameter", min: -3.2, max: 3.2 }, y: { label: "second parameter", min: -2, max: 2.4 }, height: 430 });
    const start = plot.handle({ label: "start", x: -2.2, y: 1.4 });

    const { unzip } = ExplorableMath;
    const contour = (level) => {
      const turns = Explorable.linspace(0, 2 * Math.PI, 181);
      const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
      return unzip(turns.map((a) => {
        const [x, y] = [Math.cos(a) * Math.sqrt((2 * level) / 3), Math.sin(a) * Math.sqrt((2 * level) / 0.4)];
        return [c * x - s * y, s * x + c * y];
      }));
    };

    const tasks = ui.tasks([
      { text: "Change the coordinates so that Adam's path stays as it is.",
        found: ({ same, a }) => method.value === "adam" && same && a[0][0] !== 1,
        way: { method: "adam", "new coordinates": "signs" },
        told: "it takes every coordinate by itself, whatever its name or sign." },
      { text: "Make the natural gradient take another path in new coordinates, by more than 0.1.",
        found: ({ largest }) => method.value === "natural" && largest > 0.1,
        way: { method: "natural", "new coordinates": "both", "carry the damping along (λAᵀA)": false },
        told: "a damping of λ in all directions does not change with the coordinates; λAᵀA does." },
    ]);
    ui.update(() => {
      const theta = [start.x, start.y];
      const a = model.map(kind.value, degrees.value, amount.value);
      const plain = model.path(method.value, [[1, 0], [0, 1]], theta, STEPS, damping.value, true);
      const mapped = model.path(method.value, a, theta, STEPS, damping.value, carried.value);
      const largest = Math.max(...plain.map((p, t) => Math.hypot(p[0] - mapped[t][0], p[1] - mapped[t][1])));
      const same = largest < 1e-9;
      const marks = [0.1, 0.5, 1.5, 4].map((level) => ({ line: true, ...contour(level), colour: "muted", width: 1 }));
      marks.push({ line: true, ...unzip(plain), label: "in the given coordinates", colour: 0, width: 5 });
      marks.push({ line: true, ...unzip(mapped), label: "in the new ones, drawn in the given ones", colour: 1, dash: 1, width: 2.5 });
      marks.push({ points: true, ...unzip([plain[STEPS]]), colour: 0, size: 6 }, { points: true, ...unzip([mapped[STEPS]]), colour: 1, size: 4 });
      const far = Number.isFinite(largest) && largest < 1e6 ? Explorable.format(largest) : "endless: it diverges";
      tasks.check({ same, largest, a });
      gap.set(same ? "0 (rounding)" : far);
      verdict.set(same ? "the same" : "another one");
      plot.draw(marks, `${names[method.value]} from (${Explorable.format(theta[0])}, ${Explorable.format(theta[1])}): the path in the new coordinates is `
        + (same ? "the same as in the given ones." : `another one; the largest distance between the two is ${far}.`));
    });
  });
}
