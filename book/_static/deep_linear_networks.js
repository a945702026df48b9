/* Modes of a deep linear network, computed live.  The Python twin, training_dynamics/deep_linear_networks/explorable.py, has closed
forms that go through a hypergeometric function; this file integrates instead, so that the test which compares the two compares two derivations.

With x = ln(a / (s - a)), an aligned and balanced mode of depth L obeys  dt/dx = (1 + exp(-x))^(1 - 2/L) / (L s^(2 - 2/L)). */
globalThis.TD = globalThis.TD || {};
TD.deep_linear_networks = (() => {
  "use strict";
  // Gauss-Legendre nodes and weights on [-1, 1], positive half.
  const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
  const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];
  const STEP = 0.5; // of the logit between two entries of the table
  const END = 38; // beyond this logit a mode equals s to rounding error

  const logit = (a, s) => Math.log(a / (s - a));
  const strength = (x, s) => s / (1 + Math.exp(-x));

  function slowness(s, depth) {
    const power = 1 - 2 / depth;
    const rate = depth * s ** (2 - 2 / depth);
    return (x) => (1 + Math.exp(-x)) ** power / rate;
  }

  function integral(f, from, to) {
    const middle = (from + to) / 2;
    const half = (to - from) / 2;
    return half * NODES.reduce((sum, node, i) => sum + WEIGHTS[i] * (f(middle - half * node) + f(middle + half * node)), 0);
  }

  function check(s, a0, depth) {
    if (!(a0 > 0 && a0 < s)) throw new RangeError(`a0 must lie between 0 and s = ${s}, got ${a0}`);
    if (!(Number.isInteger(depth) && depth >= 1)) throw new RangeError(`depth must be a whole number >= 1, got ${depth}`);
  }

  /** The strength of a mode at each of the times, as an array. */
  function mode(times, s, a0, depth) {
    check(s, a0, depth);
    const f = slowness(s, depth);
    const xs = [logit(a0, s)];
    const clock = [0];
    while (xs.at(-1) < END) {
      clock.push(clock.at(-1) + integral(f, xs.at(-1), xs.at(-1) + STEP));
      xs.push(xs.at(-1) + STEP);
    }
    return times.map((t) => {
      if (t >= clock.at(-1)) return s;
      const k = clock.findIndex((c) => c > t) - 1;
      let x = xs[k];
      for (let i = 0; i < 60; i += 1) { // Newton from the left
        const move = (t - clock[k] - integral(f, xs[k], x)) / f(x);
        x += move;
        if (Math.abs(move) < 1e-13 * (1 + Math.abs(x))) break;
      }
      return strength(x, s);
    });
  }

  /** The time at which a mode reaches half of its final strength; 0 when it starts there or beyond. */
  function halfTime(s, a0, depth) {
    check(s, a0, depth);
    const f = slowness(s, depth);
    const start = logit(a0, s);
    if (start >= 0) return 0;
    const pieces = Math.ceil(-start / STEP);
    let total = 0;
    for (let i = 0; i < pieces; i += 1) total += integral(f, start - (start * i) / pieces, start - (start * (i + 1)) / pieces);
    return total;
  }

  /** The loss at each of the times, when every mode starts at a0. */
  function staircase(times, singularValues, a0, depth) {
    const curves = singularValues.map((s) => mode(times, s, a0, depth));
    return times.map((_, i) => singularValues.reduce((sum, s, m) => sum + 0.5 * (s - curves[m][i]) ** 2, 0));
  }

  return { mode, halfTime, staircase, singularValues: [8, 4, 2, 1] };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-deep_linear_networks", (ui) => {
    const { mode, halfTime, staircase, singularValues } = TD.deep_linear_networks;
    const start = ui.slider({ label: "strength at the start, a₀", min: 1e-8, max: 0.4, value: 1e-3, log: true });
    const depth = ui.slider({ label: "layers, L", min: 1, max: 5, value: 2, step: 1, format: (v) => String(Math.round(v)) });
    const waits = ui.readout("half-times");
    const ratio = ui.readout("last half-time over first, times s₄/s₁");
    const top = ui.plot({ x: { label: "time (learning rate × steps)", min: 0 }, y: { label: "strength of each mode, a", min: 0, max: 8.5 } });
    const bottom = ui.plot({ x: { label: "time (learning rate × steps)", min: 0 }, y: { label: "loss", log: true, min: 1e-3, max: 60 } });
    const tasks = ui.tasks([
      { text: "Let all four modes be half learned within a tenth of one time.",
        found: ({ halves }) => Math.max(...halves) < 1.1 * Math.min(...halves),
        way: { "strength at the start, a₀": 0.001, "layers, L": 1 },
        told: "with one layer every mode closes the same share of its gap in a time; the staircase needs depth." },
      { text: "Let the weakest mode wait for more than a thousand.",
        found: ({ halves }) => halves.at(-1) > 1000,
        way: { "layers, L": 4, "strength at the start, a₀": 1e-8 },
        told: "beyond two layers the wait grows as a power of the start, no longer as its logarithm." },
    ]);
    ui.update(() => {
      const layers = Math.round(depth.value);
      const halves = singularValues.map((s) => halfTime(s, start.value, layers));
      const times = Explorable.linspace(0, 1.35 * halves.at(-1) + 0.5, 400);
      const curves = singularValues.map((s) => ({ line: true, x: times, y: mode(times, s, start.value, layers), label: `s = ${s}` }));
      const steps = halves.map((t, i) => ({ vline: t, colour: i }));
      const told = halves.map((t) => Explorable.format(t)).join(", ");
      top.draw(curves, `With ${layers} layers from ${Explorable.format(start.value)} the modes are half learned at times ${told}.`);
      bottom.draw(
        [{ line: true, x: times, y: staircase(times, singularValues, start.value, layers), colour: 0 }, ...steps],
        `The loss falls from ${Explorable.format(42.5)} in steps at times ${told}.`,
      );
      tasks.check({ halves });
      waits.set(told);
      ratio.set(Explorable.format(halves.at(-1) / (halves[0] * 8)));
    });
  });
}
