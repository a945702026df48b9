/* A network that learns to add modulo 13, trained in the page: f(a, b) = W2 (A[a] + B[b])², full-batch AdamW.
Its twin in Python, emergence/explorable.py, multiplies matrices of two-hot rows; here rows are looked up and added. */
globalThis.TD = globalThis.TD || {};
TD.emergence = (() => {
  "use strict";
  const P = 13;
  const HIDDEN = 64;
  const RATE = 0.01;
  const EVERY = 5;
  const LONGEST = 700;
  const BETA1 = 0.9;
  const BETA2 = 0.98;

  /** Normal weights of variance one over the number of inputs, flat: first (2p rows of h), second (h rows of p). */
  function start(seed) {
    const normal = ExplorableMath.normals(seed);
    const draw = (n, size) => Float64Array.from({ length: n }, () => normal() * size);
    return { first: draw(2 * P * HIDDEN, (2 * P) ** -0.5), second: draw(HIDDEN * P, HIDDEN ** -0.5) };
  }

  /** Which of the p² pairs are trained on: a random share of them, 1 or 0 a pair. */
  function split(seed, fraction) {
    if (!(fraction > 0 && fraction < 1)) throw new RangeError(`fraction must be between 0 and 1, got ${fraction}`);
    const normal = ExplorableMath.normals(1000 + seed);
    const order = Array.from({ length: P * P }, (_, i) => [normal(), i]).sort((a, b) => a[0] - b[0]);
    const trained = Array.from({ length: P * P }, () => 0);
    for (const [, pair] of order.slice(0, Math.floor(fraction * P * P))) trained[pair] = 1;
    return trained;
  }

  /** One step's work: accuracies, and into `slopes` the gradient over the trained pairs. */
  function pass({ first, second }, trained, slopes, scores) {
    const h = new Float64Array(HIDDEN);
    const out = new Float64Array(P);
    const count = trained.reduce((sum, v) => sum + v, 0);
    let [right, seen] = [0, 0];
    slopes.first.fill(0);
    slopes.second.fill(0);
    for (let pair = 0; pair < P * P; pair += 1) {
      if (!trained[pair] && !scores) continue;
      const a = Math.floor(pair / P) * HIDDEN;
      const b = (P + (pair % P)) * HIDDEN;
      const sum = (Math.floor(pair / P) + (pair % P)) % P;
      out.fill(0);
      for (let k = 0; k < HIDDEN; k += 1) {
        h[k] = first[a + k] + first[b + k];
        const square = h[k] * h[k];
        for (let c = 0; c < P; c += 1) out[c] += square * second[k * P + c];
      }
      if (scores) {
        const hit = out.indexOf(Math.max(...out)) === sum;
        if (trained[pair]) right += hit;
        else seen += hit;
      }
      if (!trained[pair]) continue;
      out[sum] -= 1;
      for (let k = 0; k < HIDDEN; k += 1) {
        const square = h[k] * h[k];
        let back = 0;
        for (let c = 0; c < P; c += 1) {
          back += out[c] * second[k * P + c];
          slopes.second[k * P + c] += (2 / count) * square * out[c];
        }
        const g = (4 / count) * h[k] * back;
        slopes.first[a + k] += g;
        slopes.first[b + k] += g;
      }
    }
    return { train: right / count, test: seen / (P * P - count) };
  }

  /** Train until every unseen pair is right, or for `steps` steps. `memory` is the first layer at the step of 99 %. */
  function train(begin, trained, decay, steps = LONGEST) {
    if (!(decay >= 0)) throw new RangeError(`decay must be >= 0, got ${decay}`);
    const weights = { first: Float64Array.from(begin.first), second: Float64Array.from(begin.second) };
    const slopes = { first: new Float64Array(weights.first.length), second: new Float64Array(weights.second.length) };
    const averages = ["first", "second"].map((name) => [name, new Float64Array(weights[name].length), new Float64Array(weights[name].length)]);
    const record = { steps: [], train: [], test: [] };
    let memory = null;
    for (let step = 0; step <= steps; step += 1) {
      const scores = pass(weights, trained, slopes, step % EVERY === 0);
      if (step % EVERY === 0) {
        record.steps.push(step);
        record.train.push(scores.train);
        record.test.push(scores.test);
        if (!memory && scores.train >= 0.99) memory = { step, first: Array.from(weights.first) };
        if (scores.test === 1) break;
      }
      for (const [name, m, v] of averages) {
        const w = weights[name];
        for (let i = 0; i < w.length; i += 1) {
          const g = slopes[name][i];
          m[i] = BETA1 * m[i] + (1 - BETA1) * g;
          v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
          const size = Math.sqrt(v[i] / (1 - BETA2 ** (step + 1))) + 1e-8;
          w[i] = w[i] * (1 - RATE * decay) - (RATE * m[i]) / (1 - BETA1 ** (step + 1)) / size;
        }
      }
    }
    return { ...record, memory, first: Array.from(weights.first), second: Array.from(weights.second) };
  }

  /** For each hidden unit the share of its strongest frequency in the power of all frequencies but zero. */
  function concentrations(first) {
    return Array.from({ length: HIDDEN }, (_, k) => {
      const power = Array.from({ length: (P - 1) / 2 }, (_, f) => [0, P].reduce((sum, block) => {
        let [c, s] = [0, 0];
        for (let a = 0; a < P; a += 1) {
          const angle = (2 * Math.PI * (f + 1) * a) / P;
          c += first[(block + a) * HIDDEN + k] * Math.cos(angle);
          s += first[(block + a) * HIDDEN + k] * Math.sin(angle);
        }
        return sum + c * c + s * s;
      }, 0));
      return Math.max(...power) / power.reduce((a, b) => a + b, 0);
    });
  }

  /** What one hidden unit gives to each first number. */
  const wave = (first, unit) => Array.from({ length: P }, (_, a) => first[a * HIDDEN + unit]);

  const kept = new Map();

  /** A training run from a seed; runs are kept, so that going back to a setting costs nothing. */
  function run(seed, fraction, decay) {
    const key = `${seed} ${fraction} ${decay}`;
    if (!kept.has(key)) kept.set(key, train(start(seed), split(seed, fraction), decay));
    return kept.get(key);
  }

  return { start, split, train, run, concentrations, wave, P, HIDDEN, LONGEST };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-emergence", (ui) => {
    const { start: begin, run, concentrations, wave, P, LONGEST } = TD.emergence;
    const decay = ui.choice({ label: "weight decay, λ", options: [0, 0.3, 0.5, 1, 2, 4], value: 1, format: String });
    const share = ui.choice({ label: "pairs to train on", options: [[0.5, "half"], [0.7, "70 %"], [0.8, "80 %"], [0.9, "90 %"]], value: 0.8 });
    const another = ui.another({ label: "Another start" });
    const known = ui.readout("all trained pairs right at step");
    const found = ui.readout("19 of 20 unseen pairs right at step");
    const pure = ui.readout("share of the strongest frequency in a hidden unit, mean");
    const top = ui.plot({ x: { label: "training step", min: 0 }, y: { label: "share of pairs that are right", min: 0, max: 1.05 } });
    const bottom = ui.plot({ x: { label: "first number, a", min: 0, max: P - 1 }, y: { label: "input weight of one hidden unit" } });
    const tasks = ui.tasks([
      { text: "Let the network know all trained pairs and never the unseen ones.",
        found: ({ memorised, generalised }) => memorised !== undefined && generalised === undefined,
        way: { "weight decay, λ": 0 },
        told: "nothing in the loss tells the two apart; without enough decay, or enough pairs, a memory is as good as the rule." },
      { text: "Let the unseen pairs follow the trained ones within 50 steps.",
        found: ({ memorised, generalised }) => generalised - memorised < 50,
        way: { "weight decay, λ": 4, "pairs to train on": 0.9 },
        told: "more decay and more pairs both shorten the delay." },
    ]);
    ui.update(() => {
      const seed = 1 + another.value;
      const done = run(seed, share.value, decay.value);
      const first = (curve, level) => done.steps[curve.findIndex((v) => v >= level)];
      const [memorised, generalised] = [first(done.train, 0.99), first(done.test, 0.95)];
      const told = generalised === undefined ? `not within ${LONGEST} steps` : String(generalised);
      const marks = [
        { line: true, x: done.steps, y: done.train, label: "trained pairs", colour: 0 },
        { line: true, x: done.steps, y: done.test, label: "unseen pairs", colour: 1 },
      ];
      top.draw(marks, `With decay ${decay.value} the trained pairs are right at step ${memorised}, the unseen ones: ${told}.`);
      const purity = concentrations(done.first);
      const size = (unit) => Math.hypot(...wave(done.first, unit));
      const unit = purity.map((v, k) => [v * size(k), k]).sort((a, b) => b[0] - a[0])[0][1];
      const x = Array.from({ length: P }, (_, a) => a);
      const stages = [[begin(seed).first, "at the start", "muted"]];
      if (done.memory) stages.push([done.memory.first, "when it has memorised", 0]);
      stages.push([done.first, "at the end", 1]);
      bottom.draw(
        stages.map(([weights, label, colour]) => ({ line: true, x, y: wave(weights, unit), label, colour })),
        `The strongest hidden unit: at the end ${Explorable.format(100 * purity[unit], 2)} per cent of its input weights' power is in one frequency.`,
      );
      tasks.check({ memorised, generalised });
      known.set(memorised === undefined ? `not within ${LONGEST} steps` : String(memorised));
      found.set(told);
      pure.set(Explorable.format(purity.reduce((a, b) => a + b, 0) / purity.length, 2));
    });
  });
}
