/* The length of a scale-invariant weight under SGD with weight decay, and how far each step turns it, computed live. */
globalThis.TD = globalThis.TD || {};
TD.normalization = (() => {
  "use strict";

  function product(rate, decay) {
    if (!(rate * decay > 0 && rate * decay < 1)) throw new RangeError(`rate * decay must lie between 0 and 1, got ${rate} * ${decay}`);
    return rate * decay;
  }

  /** Lengths over the steps, from q' = (1 - rate decay)^2 q + rate^2 slope^2 / q for the squared length q. */
  function lengthPath(start, rate, decay, slope, steps) {
    if (!(start > 0)) throw new RangeError(`start must be > 0, got ${start}`);
    const shrink = (1 - rate * decay) ** 2;
    let q = start * start;
    const path = [start];
    for (let t = 0; t < steps; t += 1) {
      q = shrink * q + (rate * slope) ** 2 / q;
      path.push(Math.sqrt(q));
    }
    return path;
  }

  /** The angle (radians) by which each of these steps turns the weight. */
  const turns = (path, rate, decay, slope) =>
    path.map((w) => Math.atan2(rate * slope / w, (1 - rate * decay) * w));

  const angle = (rate, decay) => Math.acos(1 - product(rate, decay));
  const settled = (rate, decay, slope) => {
    const p = product(rate, decay);
    return ((rate * slope) ** 2 / (p * (2 - p))) ** 0.25;
  };

  return { lengthPath, turns, angle, settled };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-normalization", (ui) => {
    const N = TD.normalization;
    const START = { rate: 0.5, decay: 0.02 };
    const rate = ui.slider({ label: "learning rate η", min: 0.01, max: 2, value: START.rate, log: true });
    const decay = ui.slider({ label: "weight decay λ", min: 1e-3, max: 0.3, value: START.decay, log: true });
    const length = ui.slider({ label: "length at the start, ‖w‖", min: 0.1, max: 10, value: 3, log: true });
    const turn = ui.readout("angle of a step, settled (degrees)");
    const end = ui.readout("length, settled");
    const lengths = ui.plot({ title: "Length of a scale-invariant weight", x: { label: "step", min: 0, max: 1000 }, y: { label: "length ‖w‖", log: true, min: 0.05, max: 20 }, height: 220 });
    const angles = ui.plot({ title: "How far a step turns it", x: { label: "step", min: 0, max: 1000 }, y: { label: "angle (degrees)", log: true, min: 0.01, max: 100 }, height: 220 });
    const degrees = 180 / Math.PI;
    const first = { angle: N.angle(START.rate, START.decay) * degrees, settled: N.settled(START.rate, START.decay, 1) };
    const tasks = ui.tasks([
      { text: "Make a step turn the weight by one degree in the end.",
        found: ({ angle }) => Math.abs(angle - 1) < 0.05,
        way: { "learning rate η": 0.05, "weight decay λ": 0.00305 },
        told: "only the product ηλ counts." },
      { text: "Halve the length at which the weight settles, with the angle as it was at first.",
        found: ({ angle, settled }) => Math.abs(angle / first.angle - 1) < 0.04 && Math.abs((2 * settled) / first.settled - 1) < 0.05,
        way: { "learning rate η": 0.125, "weight decay λ": 0.08 },
        told: "the angle goes with the product of the two, and the length with the fourth root of their ratio." },
    ]);
    ui.update(() => {
      const path = N.lengthPath(length.value, rate.value, decay.value, 1, 1000);
      const steps = path.map((_, t) => t);
      const settled = N.settled(rate.value, decay.value, 1);
      const angle = N.angle(rate.value, decay.value) * degrees;
      lengths.draw([{ line: true, x: steps, y: path, label: "‖w‖" }, { hline: settled, label: "where it settles" }],
        `The length goes from ${Explorable.format(length.value)} to ${Explorable.format(path.at(-1))} and settles at ${Explorable.format(settled)}.`);
      angles.draw([{ line: true, x: steps, y: N.turns(path, rate.value, decay.value, 1).map((a) => a * degrees), label: "angle of a step" },
        { hline: angle, label: "cos = 1 − ηλ" }], `Each step turns the weight by ${Explorable.format(angle)} degrees in the end.`);
      tasks.check({ angle, settled });
      turn.set(Explorable.format(angle));
      end.set(Explorable.format(settled));
    });
  });
}
