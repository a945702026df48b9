/* Least squares on the first p of 240 Gaussian features, 40 examples: theory and simulated training sets along p/n.

The Python twin is training_dynamics/double_descent/explorable.py; a test runs this file beside them. */
globalThis.TD = globalThis.TD || {};
TD.double_descent = (() => {
  "use strict";
  const { cholesky, dot } = ExplorableMath;

  /** Squared coefficients proportional to j^-decay, with sum 1. */
  function truth(features, decay) {
    const weights = Array.from({ length: features }, (_, j) => (j + 1) ** -decay);
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / total);
  }

  /** Mean excess risk of minimum-norm least squares, exact for finite n and p; infinite at |p - n| <= 1. */
  function ridgelessRisk(n, p, signal, noise) {
    const bias = p > n ? signal * (1 - n / p) : 0;
    if (noise === 0 || p === 0) return bias;
    return Math.abs(p - n) <= 1 ? Infinity : bias + (noise * Math.min(n, p)) / (Math.abs(p - n) - 1);
  }

  /** Large-n limit of the excess risk of ridge regression with penalty n·lam, from the Marchenko-Pastur law. */
  function ridgeRisk(gamma, lam, signal, noise) {
    if (lam === Infinity) return signal;
    const root = Math.sqrt((gamma - 1 + lam) ** 2 + 4 * lam);
    if (gamma <= 1) {
      const m = 2 / (1 - gamma + lam + root);
      const slope = (m * (1 + gamma * m)) / root;
      return signal * lam * lam * slope + noise * gamma * (m - lam * slope);
    }
    const v = 2 / (gamma - 1 + lam + root);
    const slope = (v * (1 + v)) / root;
    return (signal * (lam * lam * slope + gamma - 1)) / gamma + noise * (v - lam * slope);
  }

  /** What a fit to the first p features can learn and what is noise to it, for each width. */
  function split(widths, squares, sigma2) {
    const seen = [0];
    for (const s of squares) seen.push(seen[seen.length - 1] + s);
    const total = seen[seen.length - 1];
    return widths.map((p) => ({ p, signal: seen[p], noise: sigma2 + total - seen[p] }));
  }

  /** Penalties (not divided by n) for each width: a number divided by n, or "best". */
  function penalties(n, widths, squares, sigma2, lam) {
    return split(widths, squares, sigma2).map(({ p, signal, noise }) => (lam === "best" ? (p * noise) / signal : n * lam));
  }

  /** Expected squared error on a new example for each width; lam is divided by n, or "best". */
  function curve(n, widths, squares, sigma2, lam) {
    const lams = penalties(n, widths, squares, sigma2, lam);
    return split(widths, squares, sigma2).map(({ p, signal, noise }, i) =>
      noise + (lams[i] === 0 || p === 0 ? ridgelessRisk(n, p, signal, noise) : ridgeRisk(p / n, lams[i] / n, signal, noise)));
  }

  /** Coefficients of the fit to the first p columns, by whichever Gram matrix is the smaller. */
  function fit(rows, columns, y, p, lam) {
    const n = rows.length;
    const side = p <= n ? p : n;
    const [items, length] = p <= n ? [columns, n] : [rows, p];
    const gram = Array.from({ length: side }, (_, i) =>
      Array.from({ length: side }, (_, j) => (j <= i ? dot(items[i], items[j], length) + (i === j ? lam : 0) : 0)));
    if (p <= n) return cholesky(gram, columns.slice(0, p).map((c) => dot(c, y, n)));
    const alpha = cholesky(gram, y);
    return columns.slice(0, p).map((c) => dot(c, alpha, n));
  }

  /** One training set: expected squared error on a new example of the fit to the first p features, for each width. */
  function errors(rows, y, beta, sigma2, widths, lams) {
    const columns = beta.map((_, j) => rows.map((row) => row[j]));
    return widths.map((p, i) => {
      const estimate = fit(rows, columns, y, p, lams[i]);
      return beta.reduce((sum, b, j) => sum + (b - (j < p ? estimate[j] : 0)) ** 2, sigma2);
    });
  }

  return { truth, ridgelessRisk, ridgeRisk, penalties, curve, errors };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-double_descent", (ui) => {
    const model = TD.double_descent;
    const [N, FEATURES, SETS] = [40, 240, 8];
    const WIDTHS = [2, 4, 7, 11, 16, 22, 28, 33, 36, 38, 39, 40, 41, 42, 44, 48, 54, 63, 75, 92, 115, 150, 190, 240];
    const EVERY = Array.from({ length: FEATURES }, (_, i) => i + 1);
    const decay = ui.slider({ label: "decay of the truth (β² ∝ 1/j^decay)", min: 0, max: 3, value: 0, step: 0.05 });
    const sigma2 = ui.slider({ label: "noise variance σ²", min: 0, max: 1, value: 0.04, step: 0.01 });
    const mode = ui.select({ label: "penalty", value: "none",
      options: [["none", "none (minimum norm)"], ["fixed", "λ from the slider"], ["best", "the best λ at each width"]] });
    const lam = ui.slider({ label: "λ/n", min: 1e-3, max: 10, value: 0.1, log: true });
    const another = ui.another({ label: "New training sets" });
    const small = ui.readout("best width below n");
    const large = ui.readout("all features");
    const verdict = ui.readout("lower");
    const plot = ui.plot({ height: 380,
      x: { label: "features used / examples, p/n", log: true, min: 0.04, max: 6.5 },
      y: { label: "mean squared error on new examples", log: true, min: 0.03, max: 100 } });

    const draw = (seed) => {
      const next = ExplorableMath.normals(seed);
      const row = (length) => Array.from({ length }, next);
      return Array.from({ length: SETS }, () => ({ rows: Array.from({ length: N }, () => row(FEATURES)), noise: row(N) }));
    };
    let [drawn, data] = [-1, []];

    const tasks = ui.tasks([
      { text: "Without a penalty, let the small model win.",
        found: ({ wins }) => mode.value === "none" && !wins,
        way: { penalty: "none", "decay of the truth (β² ∝ 1/j^decay)": 1.5 },
        told: "where the truth decays, the first features hold most of it, and the others bring mostly variance." },
      { text: "With one λ for all widths, let no width do worse than predicting zero.",
        found: ({ theory, nothing }) => mode.value === "fixed" && theory.every((v) => v < nothing),
        way: { "decay of the truth (β² ∝ 1/j^decay)": 1, penalty: "fixed", "λ/n": 0.3 },
        told: "a single penalty, not tuned to the width, is enough to take the peak away." },
    ]);
    ui.update(() => {
      if (drawn !== another.value) [drawn, data] = [another.value, draw(1 + another.value)];
      const squares = model.truth(FEATURES, decay.value);
      const beta = squares.map(Math.sqrt);
      const strength = { none: 0, fixed: lam.value, best: "best" }[mode.value];
      const theory = model.curve(N, EVERY, squares, sigma2.value, strength);
      const lams = model.penalties(N, WIDTHS, squares, sigma2.value, strength);
      const points = { x: [], y: [] };
      for (const set of data) {
        const y = set.rows.map((r, i) => r.reduce((sum, v, j) => sum + v * beta[j], Math.sqrt(sigma2.value) * set.noise[i]));
        const found = model.errors(set.rows, y, beta, sigma2.value, WIDTHS, lams);
        points.x.push(...WIDTHS.map((p) => p / N));
        points.y.push(...found);
      }
      const nothing = 1 + sigma2.value;
      const below = theory.slice(0, N - 2);
      const best = Math.min(...below);
      const winner = best < nothing ? `p = ${below.indexOf(best) + 1}` : "p = 0";
      const classical = Math.min(best, nothing);
      const last = theory[FEATURES - 1];
      plot.draw([
        { vline: 1, label: "p = n" }, { hline: nothing, label: "predict zero" },
        { points: true, ...points, label: `${SETS} training sets`, colour: 1, size: 2.5 },
        { line: true, x: EVERY.map((p) => p / N), y: theory, label: "theory", colour: 0, width: 3 },
      ], `Theory: the best width below n has error ${Explorable.format(classical)} at ${winner}, all ${FEATURES} features ${Explorable.format(last)}.`);
      small.set(`${Explorable.format(classical)} at ${winner}`);
      large.set(Explorable.format(last));
      tasks.check({ theory, nothing, wins: last < classical });
      verdict.set(last < classical ? "all features" : "the small model");
    });
  });
}
