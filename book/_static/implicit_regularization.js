/* One equation, two weights: which of the solutions on the line does each optimiser find?

The Python twin is training_dynamics/implicit_regularization/explorable.py; a test runs this file beside them. */
globalThis.TD = globalThis.TD || {};
TD.implicit_regularization = (() => {
  "use strict";
  const gradient = (x, y, w) => {
    const residual = x[0] * w[0] + x[1] * w[1] - y;
    return [residual * x[0], residual * x[1]];
  };

  /** The iterates [w_0, …, w_steps] of a rule (t, w, g) -> w on the loss (x·w − y)²/2. */
  function descend(x, y, start, steps, rule) {
    const path = [start];
    for (let t = 0; t < steps; t += 1) {
      const w = path[t];
      path.push(rule(t, w, gradient(x, y, w)));
    }
    return path;
  }

  const run = {
    gradient: (x, y, w0, steps, lr) => descend(x, y, w0, steps, (t, w, g) => w.map((v, i) => v - lr * g[i])),
    momentum: (x, y, w0, steps, lr, keep = 0.9) => {
      let velocity = [0, 0];
      return descend(x, y, w0, steps, (t, w, g) => {
        velocity = velocity.map((v, i) => keep * v - lr * g[i]);
        return w.map((v, i) => v + velocity[i]);
      });
    },
    sign: (x, y, w0, steps, lr) =>
      descend(x, y, w0, steps, (t, w, g) => w.map((v, i) => v - lr * (1 - t / steps) * Math.sign(g[i]))),
    adam: (x, y, w0, steps, lr, settings = {}) => {
      const direction = ExplorableMath.adam(settings);
      return descend(x, y, w0, steps, (t, w, g) => {
        const move = direction(g);
        return w.map((v, i) => v - lr * (1 - t / steps) * move[i]);
      });
    },
  };

  /** Gradient flow on w = u² − v² with uv = α²: w = 2α² sinh(4xν + asinh(w0/2α²)) for ν from 0 to its end. */
  function diagonal(x, y, w0, alpha, points = 60) {
    const a = 2 * alpha * alpha;
    const from = w0.map((w) => Math.asinh(w / a));
    const at = (nu) => x.map((xi, i) => a * Math.sinh(4 * xi * nu + from[i]));
    const miss = (nu) => { const w = at(nu); return x[0] * w[0] + x[1] * w[1] - y; };
    // x·w(ν) increases with ν: bracket the end, then halve the bracket until it is as small as doubles allow.
    let [low, high] = [0, 0];
    for (let size = 1e-3; miss(0) < 0 && miss(high) < 0; size *= 1.5) high += size;
    for (let size = 1e-3; miss(0) > 0 && miss(low) > 0; size *= 1.5) low -= size;
    for (let k = 0; k < 200; k += 1) {
      const middle = (low + high) / 2;
      if (miss(middle) < 0) low = middle; else high = middle;
    }
    const end = (low + high) / 2;
    return Array.from({ length: points + 1 }, (_, k) => at((end * k) / points));
  }

  return { run, diagonal };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-implicit_regularization", (ui) => {
    const model = TD.implicit_regularization;
    const STEPS = 500;
    const names = { gradient: "gradient descent", momentum: "momentum", adam: "Adam", sign: "sign descent" };
    const angle = ui.slider({ label: "direction of the data row", min: -85, max: 175, value: 25, step: 1, unit: "°" });
    const alpha = ui.slider({ label: "start scale α of u² − v²", min: 0.01, max: 3, value: 0.05, log: true });
    const shape = ui.select({ label: "ball around the start", value: "l2",
      options: [["none", "none"], ["l1", "ℓ1 (diamond)"], ["l2", "ℓ2 (circle)"], ["linf", "ℓ∞ (square)"]] });
    ui.button({ label: "Start at zero", onclick: () => start.set(0, 0) });
    // The ranges have the shape of the drawing area, so that a circle looks like one.
    const plot = ui.plot({ x: { label: "first weight", min: -2.4, max: 3.4 }, y: { label: "second weight", min: -1.5, max: 2.5 }, height: 520 });
    const start = plot.handle({ label: "start", x: 0, y: 0 });
    const ends = Object.fromEntries([...Object.keys(names), "diagonal"].map((k) => [k, ui.readout(`${names[k] ?? "u² − v²"} ends at`)]));

    const norms = { l1: (d) => Math.abs(d[0]) + Math.abs(d[1]), l2: (d) => Math.hypot(...d), linf: (d) => Math.max(Math.abs(d[0]), Math.abs(d[1])) };
    const ball = (kind, centre, radius) => {
      const turn = Explorable.linspace(0, 2 * Math.PI, 361).map((a) => [Math.cos(a), Math.sin(a)]);
      return turn.map((v) => v.map((c, i) => centre[i] + (radius * c) / norms[kind](v)));
    };
    const { unzip } = ExplorableMath;
    const text = (w) => `(${Explorable.format(w[0])}, ${Explorable.format(w[1])})`;

    const tasks = ui.tasks([
      { text: "From zero, turn the data row until sign descent ends where gradient descent does.",
        found: ({ apart }) => Math.hypot(start.x, start.y) < 0.05 && apart("gradient", "sign") < 0.02,
        way: { "start x": 0, "start y": 0, "direction of the data row": 45 },
        told: "a row with entries of one size has the signs of its gradient in its own direction, so that the two move alike." },
      { text: "From zero, with the row at 25°, bring the end of u² − v² to that of gradient descent.",
        found: ({ apart }) => angle.value === 25 && Math.hypot(start.x, start.y) < 0.05 && apart("gradient", "diagonal") < 0.02,
        way: { "start x": 0, "start y": 0, "direction of the data row": 25, "start scale α of u² − v²": 2 },
        told: "from a large start u and v hardly move, and the network acts as if it were linear in them." },
    ]);
    ui.update(() => {
      const turn = (angle.value * Math.PI) / 180;
      const x = [Math.cos(turn), Math.sin(turn)];
      const y = 1;
      const w0 = [start.x, start.y];
      const miss = y - x[0] * w0[0] - x[1] * w0[1];
      const paths = {
        gradient: model.run.gradient(x, y, w0, STEPS, 0.05), momentum: model.run.momentum(x, y, w0, STEPS, 0.02),
        adam: model.run.adam(x, y, w0, STEPS, 0.03), sign: model.run.sign(x, y, w0, STEPS, 0.03),
        diagonal: model.diagonal(x, y, w0, alpha.value),
      };
      const last = Object.fromEntries(Object.entries(paths).map(([k, p]) => [k, p[p.length - 1]]));
      const along = (s) => [y * x[0] - s * x[1], y * x[1] + s * x[0]];
      const marks = [{ line: true, ...unzip([along(-9), along(9)]), label: "all solutions", colour: "ink", width: 1.5 }];
      if (shape.value !== "none") {
        // The ball about the start that just touches the line: its radius is the miss over the dual norm of the row.
        const dual = { l1: "linf", l2: "l2", linf: "l1" }[shape.value];
        marks.push({ line: true, ...unzip(ball(shape.value, w0, Math.abs(miss) / norms[dual](x))), label: "smallest ball that reaches them", colour: "muted", dash: 2, width: 1.5 });
      }
      const style = { gradient: [0, 0, 5], momentum: [1, 1, 2], adam: [2, 0, 5], sign: [3, 1, 2], diagonal: [4, 3, 2.5] };
      for (const [k, path] of Object.entries(paths)) {
        const [colour, dash, width] = style[k];
        marks.push({ line: true, ...unzip(path), label: names[k] ?? "u² − v²", colour, dash, width });
        ends[k].set(text(last[k]));
      }
      tasks.check({ apart: (one, other) => Math.hypot(last[one][0] - last[other][0], last[one][1] - last[other][1]) });
      for (const k of Object.keys(paths)) marks.push({ points: true, ...unzip([last[k]]), colour: style[k][0], size: 5 });
      plot.draw(marks, `From ${text(w0)}: gradient descent ends at ${text(last.gradient)}, momentum at ${text(last.momentum)}, `
        + `Adam at ${text(last.adam)}, sign descent at ${text(last.sign)}, and the network u² − v² at ${text(last.diagonal)}.`);
    });
  });
}
