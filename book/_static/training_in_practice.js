/* Gradient descent on w^2/2, step by step; its twin in Python, training_in_practice/explorable.py, uses closed forms. */
globalThis.TD = globalThis.TD || {};
TD.training_in_practice = (() => {
  "use strict";

  function check(rate) {
    if (!(rate > 0)) throw new RangeError(`rate must be > 0, got ${rate}`);
  }

  /** The positions w_0 = 1, w_1, … without noise. */
  function path(rate, steps) {
    check(rate);
    const positions = [1];
    for (let t = 0; t < steps; t += 1) positions.push(positions[t] - rate * positions[t]);
    return positions;
  }

  /** The variance of w after many noisy steps: each step keeps (1 - rate)² of it and adds (rate · noise)². */
  function variance(rate, noise) {
    check(rate);
    if (rate >= 2) return Infinity;
    const kept = (1 - rate) ** 2;
    let sum = 0;
    let term = (rate * noise) ** 2;
    while (term > 1e-18 * sum) {
      sum += term;
      term *= kept;
    }
    return sum;
  }

  return { path, variance };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-training_in_practice", (ui) => {
    const STEPS = 30;
    const { path, variance } = TD.training_in_practice;
    const rate = ui.slider({ label: "learning rate, η", min: 0.02, max: 2.1, value: 0.2 });
    const noise = ui.slider({ label: "standard deviation of the gradient's noise, σ", min: 0, max: 1, value: 0.2 });
    const settled = ui.readout("standard deviation of w in the end");
    const plot = ui.plot({ x: { label: "step" }, y: { label: "distance w to the minimum", min: -3, max: 3 } });
    ui.update(() => {
      const y = path(rate.value, STEPS);
      const x = y.map((_, t) => t);
      const wide = Math.sqrt(variance(rate.value, noise.value));
      const band = { band: true, x, low: x.map(() => -wide), high: x.map(() => wide), label: "noisy, in the end", colour: 1 };
      const marks = [{ line: true, x, y, label: "without noise", colour: 0 }];
      const end = Explorable.format(wide);
      plot.draw(
        Number.isFinite(wide) ? [band, ...marks] : marks,
        `Without noise w goes from 1 to ${Explorable.format(y[STEPS])} in ${STEPS} steps; with noise its standard deviation ends at ${end}.`,
      );
      settled.set(end);
    });
  });
}
