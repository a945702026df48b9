/* Noise and degeneracy in two dimensions: sixteen runs on (uv - c)^2/2 in a box, one after the other, in plain numbers.
The Python twin, training_dynamics/sgd_noise/plane.py, takes all runs at once as arrays. */
globalThis.TD = globalThis.TD || {};
TD.sgd_noise = (() => {
  "use strict";
  const REACH = 3;
  const SIDE = 4;
  const NOISES = ["isotropic", "labels", "examples"];
  const clip = (w) => Math.min(Math.max(w, -REACH), REACH);
  const binOf = (u, v, bins) => Math.min(Math.floor(((Math.abs(u) - Math.abs(v) + REACH) / (2 * REACH)) * bins), bins - 1);

  /** Fair coins, -1 or 1, from the highest bit of a 32-bit generator. */
  function coins(state) {
    let s = state >>> 0;
    return () => {
      s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
      return s >>> 31 ? -1 : 1;
    };
  }

  function step(w, a, b, noise, rate, size, target) {
    let error = w[0] * w[1] - target;
    if (noise === "labels") error -= size * a;
    if (noise === "examples") error *= 1 + size * a;
    const shake = noise === "isotropic" ? size : 0;
    const along = error * w[1] + shake * a;
    const across = error * w[0] + shake * b;
    return [clip(w[0] - rate * along), clip(w[1] - rate * across)];
  }

  /** Sixteen runs: where they end, their shares of late time in each bin of |u| - |v|, and the path of one of them. */
  function stay(noise, rate, size, target, steps = 4000, bins = 24, seed = 0, watched = 13) {
    if (!NOISES.includes(noise)) throw new RangeError(`noise must be one of ${NOISES.join(", ")}, got ${noise}`);
    if (!(rate > 0)) throw new RangeError(`rate must be > 0, got ${rate}`);
    const counts = Array.from({ length: bins }, () => 0);
    const ends = [];
    const path = [];
    for (let run = 0; run < SIDE * SIDE; run += 1) {
      const toss = coins((Math.imul(run, 2654435761) + 7919 * (seed + 1)) >>> 0);
      let w = [0.3 + 0.8 * Math.floor(run / SIDE), 0.3 + 0.8 * (run % SIDE)];
      for (let t = 0; t < steps; t += 1) {
        if (run === watched && t % 8 === 0) path.push(w);
        w = step(w, toss(), toss(), noise, rate, size, target);
        if (t >= Math.floor(steps / 2)) counts[binOf(w[0], w[1], bins)] += 1;
      }
      ends.push(w);
    }
    const all = counts.reduce((a, b) => a + b, 0);
    return { ends, path, shares: counts.map((c) => c / all) };
  }

  /** The shares of exp(-L/T) on the box in the same bins, at the temperature of isotropic noise. */
  function gibbs(rate, size, target, bins = 24, cells = 240) {
    const mass = Array.from({ length: bins }, () => 0);
    const place = (i) => REACH * ((2 * (i + 0.5)) / cells - 1);
    for (let i = 0; i < cells; i += 1) {
      for (let j = 0; j < cells; j += 1) {
        const [u, v] = [place(i), place(j)];
        mass[binOf(u, v, bins)] += Math.exp(-((u * v - target) ** 2) / (rate * size ** 2));
      }
    }
    const all = mass.reduce((a, b) => a + b, 0);
    return mass.map((m) => m / all);
  }

  /** The share of time with |u| and |v| less than half a unit apart. */
  function nearBalance(shares) {
    const width = Math.round((shares.length * 0.5) / (2 * REACH));
    const middle = shares.length / 2;
    return shares.slice(middle - width, middle + width).reduce((a, b) => a + b, 0);
  }

  return { stay, gibbs, nearBalance, REACH };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-sgd_noise", (ui) => {
    const { stay, gibbs, nearBalance, REACH } = TD.sgd_noise;
    const BINS = 24;
    const kinds = [["isotropic", "isotropic"], ["labels", "of labels"], ["examples", "of examples"]];
    const noise = ui.choice({ label: "noise", options: kinds, value: "isotropic" });
    const target = ui.slider({ label: "product to be learned, c", min: 0, max: 1, value: 0, step: 0.05 });
    const size = ui.slider({ label: "size of the noise", min: 0.1, max: 1, value: 0.8 });
    const rate = ui.slider({ label: "learning rate, η", min: 0.01, max: 0.1, value: 0.05 });
    const near = ui.readout("late time with |u| and |v| less than 0.5 apart");
    const law = ui.readout("the same under the Gibbs law");
    const plane = ui.plot({ x: { label: "weight u", min: -REACH, max: REACH }, y: { label: "weight v", min: -REACH, max: REACH } });
    const time = ui.plot({ x: { label: "place along the valley, |u| − |v|", min: -REACH, max: REACH }, y: { label: "share of late time", min: 0 } });
    const valley = (c) => {
      const right = Explorable.linspace(0.01, REACH, 200);
      const left = right.map((u) => -u).toReversed();
      if (c > 0) return [{ x: [...left, NaN, ...right], y: [...left, NaN, ...right].map((u) => c / u) }];
      return [{ x: [-REACH, REACH], y: [0, 0] }, { x: [0, 0], y: [-REACH, REACH] }];
    };
    const tasks = ui.tasks([
      { text: "Choose a noise with which all late time is spent near balance.",
        found: ({ share }) => share > 0.99,
        way: { noise: "labels" },
        told: "label noise never vanishes on the valley floor, and there it drives the runs to where u and v are alike." },
      { text: "Choose one under which the runs stay where they arrive.",
        found: ({ share }) => noise.value === "examples" && Math.abs(share - 0.25) < 0.01,
        way: { noise: "examples" },
        told: "this noise vanishes where every example is fitted: nothing moves a run along the floor, and four of sixteen arrived near balance." },
    ]);
    ui.update(() => {
      const found = stay(noise.value, rate.value, size.value, target.value, 4000, BINS);
      const told = gibbs(rate.value, size.value, target.value, BINS);
      const x = told.map((_, i) => REACH * ((2 * (i + 0.5)) / BINS - 1));
      const [share, expected] = [nearBalance(found.shares), nearBalance(told)].map((s) => Explorable.format(s));
      plane.draw(
        [
          ...valley(target.value).map((line) => ({ line: true, ...line, colour: "muted", dash: 1 })),
          { line: true, x: found.path.map((w) => w[0]), y: found.path.map((w) => w[1]), label: "one run", colour: 0 },
          { points: true, x: found.ends.map((w) => w[0]), y: found.ends.map((w) => w[1]), label: "16 runs end", colour: 1 },
        ],
        `Sixteen runs after 4,000 steps; ${share} of their late time was near balance.`,
      );
      time.draw(
        [
          { line: true, x, y: told, label: "Gibbs", colour: 2, dash: 1 },
          { line: true, x, y: found.shares, label: "runs", colour: 0 },
        ],
        `Share of late time along the valley: ${share} near balance, where the Gibbs law has ${expected}.`,
      );
      tasks.check({ share: nearBalance(found.shares) });
      near.set(share);
      law.set(expected);
    });
  });
}
