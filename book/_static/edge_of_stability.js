/* Gradient descent in the valley of (1 - x²y²)²/4, computed live.  The Python twin, training_dynamics/edge_of_stability/explorable.py,
takes numpy's eigenvalues of the Hessian; here they come from its trace and determinant, which with q = x²y² are
(3q - 1)(x² + y²) and q(1 - q)(7q - 3). */
globalThis.TD = globalThis.TD || {};
TD.edge_of_stability = (() => {
  "use strict";
  const loss = (x, y) => (1 - x * x * y * y) ** 2 / 4;

  /** The larger eigenvalue of the Hessian. */
  function sharpness(x, y) {
    const q = x * x * y * y;
    const trace = (3 * q - 1) * (x * x + y * y);
    const determinant = q * (1 - q) * (7 * q - 3);
    return (trace + Math.sqrt(Math.max(trace * trace - 4 * determinant, 0))) / 2;
  }

  /** The point with x > y > 0, x y = product and 2(x² + y²) = value, by its length and angle. */
  function point(value, product) {
    if (!(value >= 4 * product)) throw new RangeError(`sharpness must be at least ${4 * product}, got ${value}`);
    const length = Math.sqrt(value / 2);
    const angle = Math.asin((2 * product) / (length * length)) / 2;
    return [length * Math.cos(angle), length * Math.sin(angle)];
  }

  /** Positions, losses and rate times sharpness of descent from a point of that sharpness, pushed off the floor by `off`. */
  function path(rate, start, off = 0.02, steps = 400) {
    if (!(rate > 0)) throw new RangeError(`rate must be > 0, got ${rate}`);
    let [x, y] = point(start, 1 + off);
    const found = { x: [], y: [], loss: [], scaled: [] };
    for (let t = 0; t <= steps; t += 1) {
      found.x.push(x);
      found.y.push(y);
      found.loss.push(loss(x, y));
      found.scaled.push(rate * sharpness(x, y));
      const pull = rate * (1 - x * x * y * y) * x * y;
      [x, y] = [x + pull * y, y + pull * x];
    }
    return found;
  }

  return { loss, sharpness, point, path };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-edge_of_stability", (ui) => {
    const { path } = TD.edge_of_stability;
    const { format, linspace } = Explorable;
    const rate = ui.slider({ label: "learning rate, η", min: 0.03, max: 0.2, value: 0.1, log: true });
    const start = ui.slider({ label: "sharpness at the start, times η / 2", min: 0.6, max: 1.5, value: 1.25 });
    const steps = ui.slider({ label: "steps", min: 20, max: 3000, value: 1000, step: 1, log: true, format: (v) => String(Math.round(v)) });
    const end = ui.readout("rate times sharpness at the end, mean of two steps");
    const left = ui.readout("loss at the end");
    const map = ui.plot({ x: { label: "x", min: 0 }, y: { label: "y", min: 0, max: 1.4 }, title: "the valley floor and the path" });
    const trace = ui.plot({ x: { label: "step", min: 0 }, y: { label: "rate × sharpness", min: 0, max: 4 }, title: "the sharpness on the way" });
    const tasks = ui.tasks([
      { text: "Find a start that leaves the sharpness as it is.",
        found: ({ means }) => start.value < 0.97 && Math.abs(means.at(-1) / (2 * start.value) - 1) < 0.01,
        way: { "sharpness at the start, times η / 2": 0.8 },
        told: "below 2/η every swing across the valley shrinks, and what would push the path along it goes with them." },
      { text: "Start at least 1.2 times as sharp as the edge, and be within one per cent of it after at most a hundred steps.",
        found: ({ means }) => start.value >= 1.2 && means.length <= 101 && means.slice(-10).every((v) => Math.abs(v / 2 - 1) < 0.01),
        way: { "learning rate, η": 0.2, "sharpness at the start, times η / 2": 1.25, steps: 90 },
        told: "the larger the rate, the fewer steps the way down to its edge takes." },
    ]);
    ui.update(() => {
      const count = Math.round(steps.value);
      const found = path(rate.value, (2 * start.value) / rate.value, 0.02, count);
      const widest = Math.sqrt(1.5 / rate.value) * 1.05;
      const xs = linspace(1 / 1.4, widest, 200);
      const edge = Math.sqrt(1 / rate.value);
      const angles = linspace(0, Math.asin(Math.min(1, 1.4 / edge)), 60);
      const means = found.scaled.map((value, i) => (value + found.scaled[Math.max(i - 1, 0)]) / 2);
      const told = format(means.at(-1));
      map.draw([
        { line: true, x: xs, y: xs.map((x) => 1 / x), label: "floor, xy = 1", colour: "muted" },
        { line: true, x: angles.map((a) => edge * Math.cos(a)), y: angles.map((a) => edge * Math.sin(a)), label: "sharpness 2/η on the floor", colour: 1, dash: 1 },
        { line: true, x: found.x, y: found.y, label: "gradient descent", colour: 0, width: 1 },
        { points: true, x: [found.x[0], found.x.at(-1)], y: [found.y[0], found.y.at(-1)], colour: 0 },
      ], `From a point ${format(start.value)} times as sharp as the rate allows, descent ends at x = ${format(found.x.at(-1))}, y = ${format(found.y.at(-1))}.`);
      const t = found.scaled.map((_, i) => i);
      trace.draw([
        { line: true, x: t, y: found.scaled, label: "η × sharpness, every step", colour: "muted", width: 0.6 },
        { line: true, x: t, y: means, label: "mean of two steps", colour: 0 },
        { hline: 2, label: "edge" },
      ], `The mean of two steps of rate times sharpness goes from ${format(found.scaled[0])} to ${told} in ${count} steps; the edge is at 2.`);
      tasks.check({ means });
      end.set(told);
      left.set(format(found.loss.at(-1)));
    });
  });
}
