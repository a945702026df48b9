/* Alarms on the smallest network with a transition, a chain of two weights: runs, statistics in windows, hits and false alarms.
Its twin in Python, emergence/explorable.py, computes the statistics with sliding views of arrays; here with running sums. */
globalThis.TD = globalThis.TD || {};
TD.emergence_alarm = (() => {
  "use strict";
  const RATE = 0.05;
  const NOISE = 0.02;
  const STEPS = 2400;
  const WIDTH = 400;
  const STRIDE = 20;
  const RUNS = 30;
  const ONSET = 0.3;

  /** One noisy run while the decay goes from 2 to `last`: order parameter, and the length of the noisy gradient. */
  function ramp(seed, last, steps = STEPS) {
    if (!(last > 0 && last <= 2)) throw new RangeError(`last must be above 0 and at most 2, got ${last}`);
    const normal = ExplorableMath.normals(seed);
    let [a, b] = [0, 0];
    const [order, gradient] = [[], []];
    for (let t = 0; t < steps; t += 1) {
      const decay = 2 + ((last - 2) * t) / (steps - 1);
      const e = 1 - a * b;
      const ga = -e * b + decay * a + NOISE * normal();
      const gb = -e * a + decay * b + NOISE * normal();
      order.push((a + b) / Math.SQRT2);
      gradient.push(Math.hypot(ga, gb));
      [a, b] = [a - RATE * ga, b - RATE * gb];
    }
    return { order, gradient };
  }

  /** Mean of each window of the last WIDTH values, every STRIDE steps. */
  function means(x) {
    const sums = [0];
    for (const v of x) sums.push(sums[sums.length - 1] + v);
    const found = [];
    for (let s = 0; s + WIDTH <= x.length; s += STRIDE) found.push((sums[s + WIDTH] - sums[s]) / WIDTH);
    return found;
  }

  /** Variance of each window around its own straight line: that of the values, less what the line explains. */
  function variances(x) {
    const found = [];
    const spread = (WIDTH * WIDTH - 1) / 12;
    for (let s = 0; s + WIDTH <= x.length; s += STRIDE) {
      let [sum, squares, tilt] = [0, 0, 0];
      for (let i = 0; i < WIDTH; i += 1) {
        sum += x[s + i];
        squares += x[s + i] * x[s + i];
        tilt += (i - (WIDTH - 1) / 2) * x[s + i];
      }
      found.push(squares / WIDTH - (sum / WIDTH) ** 2 - (tilt / WIDTH) ** 2 / spread);
    }
    return found;
  }

  const signal = (run, name) => (name === "variance" ? variances(run.order) : means(run.gradient));

  /** The first step beyond ONSET, or Infinity. */
  function onset(run) {
    const first = run.order.findIndex((u) => Math.abs(u) > ONSET);
    return first < 0 ? Infinity : first;
  }

  /** The step at whose end a statistic is first above the level, or Infinity. */
  function alarm(values, level) {
    const first = values.findIndex((v) => v > level);
    return first < 0 ? Infinity : first * STRIDE + WIDTH - 1;
  }

  const kept = new Map();

  /** Runs of one kind with their statistic: "quiet" ones end before the transition, at a decay of `last`; "through" go on to 0.5. */
  function collect(seed, kind, last, name) {
    const key = `${seed} ${kind} ${last} ${name}`;
    if (!kept.has(key)) {
      const offset = { calibrate: 0, quiet: 1000, through: 2000 }[kind];
      const runs = Array.from({ length: RUNS }, (_, i) => ramp(10000 * seed + offset + i, last));
      kept.set(key, runs.map((run) => ({ onset: onset(run), values: signal(run, name) })));
    }
    return kept.get(key);
  }

  /** The level that the highest value of a run exceeds in one of twenty, between neighbours by a straight line. */
  function threshold(runs, share = 0.05) {
    const top = runs.map((run) => Math.max(...run.values)).sort((p, q) => p - q);
    const place = (1 - share) * (top.length - 1);
    const low = Math.floor(place);
    return top[low] + (place - low) * ((top[low + 1] ?? top[low]) - top[low]);
  }

  /** False alarms, hits, and the leads of the hits, for a level. */
  function report(quiet, through, level) {
    const leads = through.map((run) => run.onset - alarm(run.values, level)).filter((lead) => lead > 0).sort((p, q) => p - q);
    const half = leads.length / 2;
    const median = leads.length ? (leads[Math.floor(half - 0.5)] + leads[Math.floor(half)]) / 2 : NaN;
    return {
      falseAlarms: quiet.filter((run) => alarm(run.values, level) < Infinity).length,
      hits: leads.length,
      lead: median,
      shortest: leads[0] ?? NaN,
      longest: leads[leads.length - 1] ?? NaN,
    };
  }

  return { ramp, means, variances, signal, onset, alarm, collect, threshold, report, RUNS, STEPS, WIDTH, STRIDE };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-emergence_alarm", (ui) => {
    const { collect, threshold, report, RUNS, STEPS, WIDTH, STRIDE } = TD.emergence_alarm;
    const name = ui.choice({ label: "watch", options: [["variance", "variance of u"], ["gradient", "length of the gradient"]], value: "variance" });
    const nearest = ui.choice({ label: "quiet runs come as near to the transition as", options: [[1.2, "λ = 1.2"], [1.4, "1.4"], [1.8, "1.8"]], value: 1.4 });
    const factor = ui.slider({ label: "threshold, in units of the one that one quiet run in twenty exceeds", min: 0.5, max: 4, value: 1, log: true });
    const other = ui.another({ label: "Other runs" });
    const hits = ui.readout(`transitions told, of ${RUNS}`);
    const wrong = ui.readout(`false alarms in ${RUNS} quiet runs`);
    const lead = ui.readout("median lead in steps (shortest to longest)");
    const plot = ui.plot({ x: { label: "training step", min: WIDTH - 1, max: STEPS }, y: { label: "statistic of the last 400 steps", log: true } });
    const tasks = ui.tasks([
      { text: "Raise no false alarm, and still be early by 120 steps in the median.",
        found: ({ found }) => found.falseAlarms === 0 && found.hits > RUNS / 2 && found.lead >= 120,
        way: { watch: "variance", "quiet runs come as near to the transition as": 1.4, "threshold, in units of the one that one quiet run in twenty exceeds": 1.45 },
        told: "silence in quiet runs is paid for with lead; how much depends on how near to the transition they come." },
      { text: "Find a statistic and a threshold that tell of no transition at all.",
        found: ({ found }) => found.hits === 0,
        way: { watch: "gradient", "threshold, in units of the one that one quiet run in twenty exceeds": 2 },
        told: "not everything that can be watched changes before a transition." },
    ]);
    ui.update(() => {
      const seed = 1 + other.value;
      const [quiet, through] = [collect(seed, "quiet", nearest.value, name.value), collect(seed, "through", 0.5, name.value)];
      const level = factor.value * threshold(collect(seed, "calibrate", nearest.value, name.value));
      const found = report(quiet, through, level);
      const x = through[0].values.map((_, i) => i * STRIDE + WIDTH - 1);
      const marks = [...quiet.slice(0, 8).map((run) => [run, "muted", "quiet"]), ...through.slice(0, 8).map((run) => [run, 1, "through the transition"])];
      plot.draw(
        [
          ...marks.map(([run, colour, label], i) => ({ line: true, x, y: run.values, colour, ...(i % 8 === 0 ? { label } : {}) })),
          { hline: level, colour: 0, label: "threshold" },
        ],
        `With this threshold ${found.hits} of ${RUNS} transitions are told and ${found.falseAlarms} of ${RUNS} quiet runs set it off.`,
      );
      tasks.check({ found });
      hits.set(String(found.hits));
      wrong.set(String(found.falseAlarms));
      lead.set(found.hits ? `${Explorable.format(found.lead)} (${found.shortest} to ${found.longest})` : "none");
    });
  });
}
