/* A small ReLU network on a line, trained in the page at a scale of the output and a width that the reader chooses.  The Python twin,
training_dynamics/wide_networks/explorable.py, works with matrices for all units and points at once; this file goes unit by unit, and
takes the tangent kernel from the gradients that it trains with. */
globalThis.TD = globalThis.TD || {};
TD.wide_networks = (() => {
  "use strict";
  const POINTS = [-0.9, -0.65, -0.4, -0.1, 0.15, 0.45, 0.7, 0.95];
  const GRID = Array.from({ length: 81 }, (_, i) => -1 + i / 40);
  const STEPS = 2000;
  const RATE = 0.3;
  const GOLDEN = (Math.sqrt(5) - 1) / 2;

  const target = (kind, x) => (kind === "kink" ? 2 * Math.max(x - 0.25, 0) - 0.5 : Math.sin(4 * x) / 2);

  /** Units [slope, offset, outer weight] in all directions. */
  function units(width) {
    return Array.from({ length: width }, (_, i) => {
      const angle = 2 * Math.PI * (((i + 0.5) * GOLDEN) % 1);
      return [Math.SQRT2 * Math.cos(angle), Math.SQRT2 * Math.sin(angle), i % 2 ? -1 : 1];
    });
  }

  const output = (net, x) => net.reduce((sum, [w, b, a]) => sum + a * Math.max(w * x + b, 0), 0) / Math.sqrt(net.length);

  /** The inner product of the gradients by all weights at two inputs. */
  function kernel(net, x, z) {
    let sum = 0;
    for (const [w, b, a] of net) {
      const p = w * x + b;
      const q = w * z + b;
      if (p > 0 && q > 0) sum += p * q + a * a * (x * z + 1);
    }
    return sum / net.length;
  }

  function turned(before, behind) {
    let product = 0;
    let first = 0;
    let second = 0;
    for (const x of POINTS) {
      for (const z of POINTS) {
        const k = kernel(before, x, z);
        const l = kernel(behind, x, z);
        product += k * l;
        first += k * k;
        second += l * l;
      }
    }
    return 1 - product / Math.sqrt(first * second);
  }

  /** Gradient descent from the units' start; the trained units. */
  function train(scale, width, kind) {
    if (!(scale > 0)) throw new RangeError(`scale must be > 0, got ${scale}`);
    if (kind !== "kink" && kind !== "wave") throw new RangeError(`kind must be one of kink, wave, got ${kind}`);
    const start = units(width);
    const [slope, offset, outer] = [0, 1, 2].map((k) => Float64Array.from(start, (unit) => unit[k]));
    const root = Math.sqrt(width);
    const first = POINTS.map((x) => output(start, x));
    const wanted = POINTS.map((x) => target(kind, x));
    const step = RATE / (scale * POINTS.length * root);
    const push = new Float64Array(POINTS.length);
    for (let t = 0; t < STEPS; t += 1) {
      for (let j = 0; j < POINTS.length; j += 1) {
        let sum = 0;
        for (let i = 0; i < width; i += 1) {
          const p = slope[i] * POINTS[j] + offset[i];
          if (p > 0) sum += outer[i] * p;
        }
        push[j] = step * (scale * (sum / root - first[j]) - wanted[j]);
      }
      for (let i = 0; i < width; i += 1) {
        const w = slope[i]; // the gradient belongs to these, not to what the loop has changed
        const b = offset[i];
        const a = outer[i];
        for (let j = 0; j < POINTS.length; j += 1) {
          const p = w * POINTS[j] + b;
          if (p > 0) {
            slope[i] -= push[j] * a * POINTS[j];
            offset[i] -= push[j] * a;
            outer[i] -= push[j] * p;
          }
        }
      }
    }
    return start.map((_, i) => [slope[i], offset[i], outer[i]]);
  }

  const kept = new Map();

  /** All that is drawn for a scale, a width and a target. */
  function picture(scale, width, kind) {
    const key = `${scale} ${width} ${kind}`;
    if (!kept.has(key)) kept.set(key, judged(train(scale, width, kind), scale, width, kind));
    return kept.get(key);
  }

  function judged(net, scale, width, kind) {
    const start = units(width);
    const wanted = GRID.map((x) => target(kind, x));
    const learned = GRID.map((x) => scale * (output(net, x) - output(start, x)));
    const sum = (values) => values.reduce((a, b) => a + b, 0);
    const moved = sum(net.map((unit, i) => sum(unit.map((v, k) => (v - start[i][k]) ** 2))));
    return {
      function: learned,
      target: wanted,
      error: sum(learned.map((f, i) => (f - wanted[i]) ** 2)) / sum(wanted.map((f) => f * f)),
      movement: Math.sqrt(moved / sum(start.map(([w, b, a]) => w * w + b * b + a * a))),
      turned: turned(start, net),
      kinks: [start, net].map((some) => some.map(([w, b]) => -b / w)),
      sizes: [start, net].map((some) => some.map(([w, , a]) => (scale * Math.abs(a * w)) / Math.sqrt(width))),
    };
  }

  const SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
  const sweep = (width, kind) => SCALES.map((scale) => picture(scale, width, kind));

  return { picture, sweep, target, points: POINTS, grid: GRID, scales: SCALES };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-wide_networks", (ui) => {
    const { picture, sweep, target, points, grid, scales } = TD.wide_networks;
    const show = Explorable.format;
    const scale = ui.slider({ label: "scale of the output, α", min: 0.1, max: 30, value: 0.2, log: true });
    const width = ui.choice({ label: "units", options: [20, 60, 160], value: 60 });
    const kind = ui.choice({ label: "target", options: [["kink", "one kink"], ["wave", "a wave"]], value: "kink" });
    const error = ui.readout("error between the points, relative");
    const moved = ui.readout("weights moved, relative");
    const turned = ui.readout("kernel turned, 1 − cosine");
    const left = ui.plot({ x: { label: "input", min: -1, max: 1 }, y: { label: "output", min: -0.8, max: 1.2 } });
    const right = ui.plot({ x: { label: "input at which a unit switches", min: -1, max: 1 }, y: { label: "bend, α|a w|/√m" } });
    const below = ui.plot({ x: { label: "scale of the output, α", log: true, min: 0.1, max: 30 }, y: { label: "share", log: true, min: 1e-8, max: 3 } });
    const tasks = ui.tasks([
      { text: "Fit the points with weights that move by less than one per cent.",
        found: ({ now }) => now.movement < 0.01,
        way: { "scale of the output, α": 30 },
        told: "the larger the scale, the smaller the change that is needed: the network is lazy, and its kernel the one at the start." },
      { text: "Turn the kernel by more than 0.05.",
        found: ({ now }) => now.turned > 0.05,
        way: { "scale of the output, α": 0.1, units: 20 },
        told: "at a small scale the weights move far to fit the points, the farther the fewer they are, and the kernel turns with them." },
    ]);
    ui.update(() => {
      const now = picture(scale.value, width.value, kind.value);
      const all = sweep(width.value, kind.value);
      left.draw(
        [
          { line: true, x: grid, y: now.target, label: "target", colour: "muted", dash: 1 },
          { line: true, x: grid, y: now.function, label: "network", colour: 0 },
          { points: true, x: points, y: points.map((x) => target(kind.value, x)), colour: "ink" },
        ],
        `The network passes near the eight points; between them its relative error is ${show(now.error)}.`,
      );
      right.draw(
        [
          { points: true, x: now.kinks[0], y: now.sizes[0], label: "at the start", colour: "muted", size: 2.5 },
          { points: true, x: now.kinks[1], y: now.sizes[1], label: "at the end", colour: 1, size: 3.5 },
        ],
        `Of ${width.value} units, weights moved by ${show(now.movement)} of their length.`,
      );
      below.draw(
        [
          { line: true, x: scales, y: all.map((p) => p.error), label: "error", colour: 0 },
          { line: true, x: scales, y: all.map((p) => p.movement), label: "weights moved", colour: 1 },
          { line: true, x: scales, y: all.map((p) => p.turned), label: "kernel turned", colour: 2 },
          { vline: scale.value },
        ],
        `Over the scales the weights' movement falls from ${show(all[0].movement)} to ${show(all.at(-1).movement)}, the error goes from ${show(all[0].error)} to ${show(all.at(-1).error)}.`,
      );
      tasks.check({ now });
      error.set(show(now.error));
      moved.set(show(now.movement));
      turned.set(show(now.turned));
    });
  });
}
