/* Choose the proxies and the weights, and see the verdicts.  The effects come with cic_data.js; the rule of judgement, F and its
rank correlation with time are computed here, and by training_dynamics/cic/explorable.py in another way. */
globalThis.TD = globalThis.TD || {};
TD.cic = (() => {
  "use strict";
  const PROXIES = ["tc", "synergy", "h_rep", "log_rank", "h_pred", "cka", "cka_input"];
  const ROWS = ["norm", "adam", "batchnorm", "dropout", "connectivity", "descent"];
  const data = () => TD.cic_data;

  function known(proxy, term) {
    if (!data().terms[term].includes(proxy)) throw new RangeError(`${term} must be one of ${data().terms[term].join(", ")}, got ${proxy}`);
    return proxy;
  }

  function judge(effects, sign) {
    const good = effects.filter((v) => v * sign > 0).length;
    const bad = effects.filter((v) => v * sign < 0).length;
    return good === effects.length ? "supported" : bad === effects.length ? "contradicted" : "undecided";
  }

  /** Whether the null's mean size is less than a third of the effect's. */
  function passed(effects, nothing) {
    const size = (values) => values.reduce((sum, v) => sum + Math.abs(v), 0);
    return size(nothing) < size(effects) / 3;
  }

  /** F on the curve of low loss minus F on the line (part 2: on the line between untrained networks), one number a seed. */
  function gaps(phi, h, c, lambda, gamma, part = 1) {
    const table = data().cells.connectivity;
    const weights = [[known(phi, "phi"), 1], [known(h, "H"), -lambda], [known(c, "C"), gamma]];
    return table[phi][part].map((_, k) => weights.reduce((sum, [name, w]) => sum + (w * table[name][part][k]) / data().spread[name], 0));
  }

  /** For each row: its sign, the effects of the seeds and the null's, for one choice. */
  function effects(phi, h, c, lambda, gamma) {
    const proxy = { norm: known(phi, "phi"), adam: known(c, "C"), batchnorm: known(h, "H"), dropout: phi, descent: `${phi}/${h}` };
    return Object.fromEntries(ROWS.map((row) => {
      if (row === "connectivity") return [row, { sign: 1, effects: gaps(phi, h, c, lambda, gamma), null: gaps(phi, h, c, lambda, gamma, 2) }];
      const [sign, found, nothing] = data().cells[row][proxy[row]];
      return [row, { sign, effects: found, null: nothing }];
    }));
  }

  const each = (rule) => (...choice) => Object.fromEntries(Object.entries(effects(...choice)).map(([row, found]) => [row, rule(found)]));
  const verdicts = each((found) => judge(found.effects, found.sign));
  const nulls = each((found) => passed(found.effects, found.null));

  /** The three terms along a path: chosen proxies of "training" or of the "walk", or, by its number, a random functional along training. */
  function terms(path, phi, h, c) {
    if (typeof path === "number") return data().random[path];
    const places = [phi, h, c].map((name) => PROXIES.indexOf(name));
    return data()[path].map((row) => places.map((i) => row[i]));
  }

  function spread(values) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  }

  /** phi - lambda H + gamma C, each term in units of its spread along the path. */
  function functional(rows, lambda, gamma) {
    const weights = [1, -lambda, gamma].map((w, i) => w / spread(rows.map((row) => row[i])));
    return rows.map((row) => row.reduce((sum, v, i) => sum + weights[i] * v, 0));
  }

  /** Spearman's rank correlation with time, ties at their mean rank. */
  function rankCorrelation(values) {
    const n = values.length;
    const ranks = values.map((v) => values.filter((w) => w < v).length + (values.filter((w) => w === v).length - 1) / 2);
    const middle = (n - 1) / 2;
    let cross = 0, own = 0, time = 0;
    ranks.forEach((r, t) => { cross += (r - middle) * (t - middle); own += (r - middle) ** 2; time += (t - middle) ** 2; });
    return cross / Math.sqrt(own * time);
  }

  const rise = (path, phi, h, c, lambda, gamma) => rankCorrelation(functional(terms(path, phi, h, c), lambda, gamma));

  /** The weights on a grid from 0 to 10 that make F rise most along a path. */
  function fit(path, phi, h, c) {
    let best = { rise: -2, lambda: 0, gamma: 0 };
    for (let i = 0; i <= 40; i += 1) {
      for (let j = 0; j <= 40; j += 1) {
        const found = rise(path, phi, h, c, i / 4, j / 4);
        if (found > best.rise + 1e-12) best = { rise: found, lambda: i / 4, gamma: j / 4 };
      }
    }
    return best;
  }

  return { ROWS, judge, effects, gaps, verdicts, nulls, terms, functional, rise, fit };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-cic", (ui) => {
    const D = TD.cic;
    const TITLES = { norm: "norm", adam: "Adam", batchnorm: "batch norm", dropout: "dropout", connectivity: "connectivity", descent: "double descent" };
    const phi = ui.choice({ label: "Φ is", options: [["tc", "total correlation"], ["synergy", "synergy"]], value: "tc" });
    const h = ui.choice({ label: "H is", options: [["h_rep", "differential entropy"], ["log_rank", "log effective rank"], ["h_pred", "predictive entropy"]], value: "h_rep" });
    const c = ui.choice({ label: "C is", options: [["cka", "CKA of layers"], ["cka_input", "CKA with inputs"]], value: "cka" });
    const lambda = ui.slider({ label: "λ", min: 0, max: 10, value: 1, step: 0.25 });
    const gamma = ui.slider({ label: "γ", min: 0, max: 10, value: 1, step: 0.25 });
    const adopt = (path) => () => {
      const found = D.fit(path(), phi.value, h.value, c.value);
      lambda.set(found.lambda);
      gamma.set(found.gamma);
    };
    ui.button({ label: "fit λ and γ to training", onclick: adopt(() => "training") });
    ui.button({ label: "fit them to the random functional", onclick: adopt(() => drawn()) });
    const another = ui.another({ label: "another random functional" });
    const drawn = () => another.value % TD.cic_data.random.length;
    const count = ui.readout("rows supported, undecided, contradicted");
    const kept = ui.readout("of the supported, null passed");
    const told = ui.readout("rank correlation of F with time: training, random walk, random functional");
    const top = ui.plot({ x: { label: "effect ÷ largest, positive as predicted", min: -1.1, max: 1.1 }, y: { label: "row of the table", min: 0.3, max: 7 }, height: 360 });
    const bottom = ui.plot({ x: { label: "checkpoint", min: 0, max: 20 }, y: { label: "F (spread = 1)" }, height: 220 });

    const tasks = ui.tasks([
      { text: "Choose readings of Φ, H and C by which five of the six rows are contradicted.",
        found: ({ counts }) => counts[2] === 5,
        way: { "Φ is": "synergy", "H is": "log_rank" },
        told: "what Φ, H and C are taken to be decides the verdicts, and the functional does not say what they are." },
      { text: "Find a random functional that rises with time more steadily than F does, with the same weights.",
        found: ({ rises }) => rises[2] > rises[0],
        way: { "another random functional": 2 },
        told: "so that F rises in training is no evidence for what Φ, H and C are said to mean." },
    ]);
    ui.update(() => {
      const chosen = [phi.value, h.value, c.value, lambda.value, gamma.value];
      const found = D.effects(...chosen);
      const verdicts = D.verdicts(...chosen);
      const nulls = D.nulls(...chosen);
      const beside = (row) => (verdicts[row] !== "supported" ? "" : nulls[row] ? ", null passed" : ", null failed");
      const colours = { supported: 2, undecided: 4, contradicted: 1 };
      const marks = D.ROWS.flatMap((row, i) => {
        const y = 6 - i;
        const { sign, effects } = found[row];
        const largest = Math.max(...effects.map(Math.abs));
        const nothing = found[row].null.map((v) => Math.max(-1.1, Math.min(1.1, (sign * v) / largest)));
        return [
          { points: true, x: nothing, y: nothing.map(() => y - 0.22), colour: "muted", size: 2.5 },
          { points: true, x: effects.map((v) => (sign * v) / largest), y: effects.map(() => y), colour: colours[verdicts[row]], size: 4 },
          { text: `${TITLES[row]}: ${verdicts[row]}${beside(row)}`, x: -1.05, y: y + 0.32, colour: "ink" },
        ];
      });
      const all = Object.values(verdicts);
      const counts = ["supported", "undecided", "contradicted"].map((v) => all.filter((w) => w === v).length);
      top.draw([{ vline: 0, colour: "muted" }, ...marks], `With these proxies and weights ${counts[0]} of six rows are supported, ${counts[1]} undecided and ${counts[2]} contradicted.`);
      count.set(counts.join(", "));
      kept.set(`${D.ROWS.filter((row) => verdicts[row] === "supported" && nulls[row]).length}`);
      const paths = [["training", "training"], ["walk", "random walk"], [drawn(), `random functional ${drawn() + 1}`]];
      const ranks = paths.map(([path]) => D.rise(path, ...chosen));
      const rises = ranks.map((rank) => Explorable.format(rank, 2));
      bottom.draw(paths.map(([path, label], i) => {
        const y = D.functional(D.terms(path, ...chosen), lambda.value, gamma.value);
        return { line: true, x: y.map((_, t) => t), y: y.map((v) => v - y[0]), label, colour: i, dash: i };
      }), `The rank correlation of F with time is ${rises[0]} for training, ${rises[1]} for a random walk and ${rises[2]} for random functional ${drawn() + 1}.`);
      told.set(rises.join(", "));
      tasks.check({ counts, rises: ranks });
    });
  });
}
