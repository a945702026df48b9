/* Choose a fault and its severity, watch the traces, and see which rule speaks.  Traces come with diagnostics_data.js; readings
and rules are computed here, and by the toolbox (training_dynamics/diagnostics/explorable.py puts the traces back into its log). */
globalThis.TD = globalThis.TD || {};
TD.diagnostics = (() => {
  "use strict";
  const data = () => TD.diagnostics_data;
  const finite = (values) => values.filter((v) => v !== null && Number.isFinite(v));

  function median(values) {
    const sorted = finite(values).sort((a, b) => a - b);
    if (!sorted.length) return NaN;
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** The least value with at least half of the finite values' weight up to it. */
  function weightedMedian(values, weights) {
    const pairs = values.map((v, k) => [v, weights[k]]).filter(([v]) => v !== null && Number.isFinite(v)).sort((a, b) => a[0] - b[0]);
    const total = pairs.reduce((sum, [, w]) => sum + w, 0);
    let reached = 0;
    for (const [v, w] of pairs) {
      reached += w;
      if (2 * reached >= total) return v;
    }
    return NaN;
  }

  function trace(fault, severity) {
    const runs = data().runs[fault];
    if (!runs) throw new RangeError(`fault must be one of ${Object.keys(data().runs).join(", ")}, got ${fault}`);
    if (!runs[severity]) throw new RangeError(`severity must be 0, 1 or 2, got ${severity}`);
    return runs[severity];
  }

  /** The first step up by more than 0.7 above the median of the twelve losses before, else the largest step up. */
  function jump(loss) {
    let best = { rise: NaN, from: NaN, at: -1 };
    for (let t = 12; t < loss.length; t += 1) {
      const from = median(loss.slice(t - 12, t));
      const rise = loss[t] === null ? NaN : loss[t] - from;
      if (Number.isFinite(rise) && !(rise <= best.rise)) best = { rise, from, at: t };
      if (rise > 0.7) return { rise, from, at: t };
    }
    return best;
  }

  /** Pearson's correlation of the detrended log loss with itself one epoch later. */
  function period(loss, epoch) {
    if (epoch < 4 || loss.length < 3 * epoch || loss.some((v) => v === null)) return NaN;
    const half = epoch >> 1;
    const logs = loss.map((v) => Math.log(Math.max(v, 1e-12)));
    const rest = [];
    for (let t = half; t < logs.length - half; t += 1) rest.push(logs[t] - median(logs.slice(t - half, t + half + 1)));
    const pairs = rest.slice(epoch).map((late, t) => [rest[t], late]);
    if (pairs.length < 3) return NaN;
    const mean = [0, 1].map((k) => pairs.reduce((sum, p) => sum + p[k], 0) / pairs.length);
    const sum = (i, j) => pairs.reduce((s, p) => s + (p[i] - mean[i]) * (p[j] - mean[j]), 0);
    return sum(0, 1) / Math.sqrt(sum(0, 0) * sum(1, 1));
  }

  function read(run) {
    const { loss, epoch, val, train } = run;
    const { rise, from, at } = jump(loss);
    const first = Math.min(Math.max(0, run.evaluated.filter((t) => t < epoch).length), val.length - 1);
    const number = (v) => (v === null ? NaN : v);
    const cuts = run.gradient.map((g, k) => (g === null || run.raw[k] === null ? NaN : g / run.raw[k]));
    const standsFor = run.at.map((t, k) => (k + 1 < run.at.length ? run.at[k + 1] : loss.length) - t);
    const usual = weightedMedian(run.gradient, standsFor);
    const known = cuts.map((c, k) => [c, run.gradient[k], standsFor[k]]).filter(([c]) => Number.isFinite(c));
    const all = known.reduce((sum, [, , w]) => sum + w, 0);
    const soon = (losses) => (run.evaluated[first] >= epoch && run.evaluated[first] <= 2 * epoch ? number(losses[first]) : NaN);
    const early = finite(run.moved.filter((_, k) => run.at[k] < 4));
    return {
      start: number(loss[0]), end: median(loss.slice(-Math.max(1, Math.floor(loss.length / 10)))),
      peak: Math.max(...finite(loss)), lost: loss.indexOf(null), rise, rise_from: from, rise_at: at,
      period: period(loss, epoch), fresh: epoch > 1 ? median(loss.slice(epoch >> 1, epoch)) : NaN,
      early_train: soon(train), early_val: soon(val), train: number(train[train.length - 1]), val: number(val[val.length - 1]),
      skipped: 1 - run.taken / loss.length, decay: number(run.first[0]) / number(run.last[0]),
      held: known.length ? known.reduce((sum, [c, g, w]) => sum + (c < 0.99 && Math.abs(g / usual - 1) < 1e-3 ? w : 0), 0) / all : NaN,
      leap: early.length ? Math.max(...early) : NaN, reach: weightedMedian(run.moved, standsFor) * loss.length,
      dead_start: number(run.dead[0]), dead_end: number(run.dead[run.dead.length - 1]), thin: number(run.thin),
    };
  }

  const spiked = (r, m) => r.rise > m.rise && r.rise_from < m.fallen * r.start;
  const died = (r, m) => r.dead_end > m.died && !(r.dead_start > m.dead);
  const RULES = {
    fp16_overflow: (r, m) => (r.skipped > m.skipped || r.lost >= 0) && !(r.peak > m.peak) && !(r.leap > m.leap),
    exploding: (r, m) => r.start > m.start,
    dead_relu: (r, m) => r.dead_start > m.dead,
    rate_too_high: (r, m) => r.leap > m.leap || (r.lost >= 0 && !spiked(r, m)),
    bad_start: (r, m) => r.thin < m.thin && r.early_train > m.unlearned,
    vanishing: (r, m) => r.decay < m.decay,
    clipping: (r, m) => r.held > m.held,
    rate_too_low: (r, m) => r.reach < m.reach && r.end > m.half_way && !died(r, m),
    wrong_order: (r, m) => (r.period > m.period && r.fresh > m.unlearned - 0.05) || (r.fresh > 1.1 && r.fresh - r.early_train > m.forgets),
    dying_relu: (r, m) => died(r, m) && !(r.peak > m.peak),
    loss_spike: spiked,
    mismatched_split: (r, m) => r.early_val > m.unfair * r.fresh && r.early_val - r.early_train > m.early_gap,
    shuffled_labels: (r, m) => r.early_train > m.unlearned && r.val > m.unlearned && r.reach > m.reach,
    overfitting: (r, m) => r.val - r.train > m.late_gap && r.train < m.memorised * r.val,
  };

  /** Every rule that a stored run breaks, causes before effects; none for a healthy run. */
  function broken(fault, severity) {
    const readings = read(trace(fault, severity));
    return data().order.filter((name) => RULES[name](readings, data().limits));
  }

  const diagnose = (fault, severity) => broken(fault, severity)[0] || "healthy";
  const readings = (fault, severity) => read(trace(fault, severity));
  return { trace, readings, broken, diagnose };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-diagnostics", (ui) => {
    const D = TD.diagnostics;
    const words = (name) => name.replaceAll("_", " ");
    const faults = Object.keys(TD.diagnostics_data.runs);
    const fault = ui.choice({ label: "fault", options: faults.map((name) => [name, words(name)]), value: "wrong_order" });
    const severity = ui.slider({ label: "severity (0 mild, 2 severe)", min: 0, max: 2, value: 1, step: 1 });
    const said = ui.readout("the rules say");
    const also = ui.readout("other rules that speak");
    const cure = ui.readout("what to do");
    const losses = ui.plot({ x: { label: "step", min: 0 }, y: { label: "loss ÷ loss at chance", log: true }, height: 260 });
    const inside = ui.plot({ x: { label: "step", min: 0 }, y: { label: "ratio", log: true }, height: 220 });
    const LOW = 1e-8;
    const kept = (x, y) => x.map((v, k) => [v, y[k]]).filter(([, v]) => v !== null && v > 0);
    const line = (x, y, label, colour, dash) => {
      const points = kept(x, y).map(([a, b]) => [a, Math.min(1e6, Math.max(LOW, b))]);
      return { line: true, x: points.map((p) => p[0]), y: points.map((p) => p[1]), label, colour, dash };
    };

    const tasks = ui.tasks([
      { text: "Find a fault that the rules call by another fault's name.",
        found: ({ found }) => found.length > 0 && found[0] !== fault.value,
        way: { fault: "mismatched_split", "severity (0 mild, 2 severe)": 1 },
        told: "its readings here are those of the other fault: a name is where to look first, not a proof." },
      { text: "Find a fault of which three rules speak at once.",
        found: ({ found }) => found.length >= 3,
        way: { fault: "dead_relu", "severity (0 mild, 2 severe)": 1 },
        told: "one fault shows in several readings, so the order in which rules are asked decides the name." },
    ]);
    ui.update(() => {
      const number = Math.round(severity.value);
      const run = D.trace(fault.value, number);
      const found = D.broken(fault.value, number);
      const verdict = words(found[0] || "healthy");
      const steps = run.loss.map((_, t) => t);
      const ratio = run.first.map((v, k) => (v === null || !run.last[k] ? null : v / run.last[k]));
      const marks = [
        line(steps, run.loss, "batches", 0, 0), line(run.evaluated, run.train, "training set", 2, 1), line(run.evaluated, run.val, "validation", 1, 2),
      ];
      losses.draw(marks.filter((m) => m.x.length > 1), `With ${words(fault.value)} at severity ${number} the rules say: ${verdict}.`);
      const ratios = [
        line(run.at, ratio, "first gradient ÷ last", 0, 0), line(run.at, run.moved, "update ÷ weight", 1, 1),
        line(run.at, run.dead, "dead units", 3, 2),
      ];
      const shown = ratios.filter((m) => m.x.length > 1);
      inside.draw(shown.length ? shown : [{ text: "nothing finite was measured", x: 40, y: 1, colour: "ink" }], `Ratios inside the network, from ${shown.length} readings.`);
      said.set(verdict);
      also.set(found.slice(1).map(words).join(", ") || "none");
      tasks.check({ found });
      cure.set(TD.diagnostics_data.remedies[found[0]] || "nothing");
    });
  });
}
