/* The bands of a Gaussian process, of MC dropout, of an ensemble and of HMC, by number of points and dropout rate.
They were computed in Python and are in dropout_data.js, in thousandths; here they are read, compared and drawn. */
globalThis.TD = globalThis.TD || {};
TD.dropout = (() => {
  "use strict";
  const names = (rate) => ({ process: "process", dropout: `dropout ${rate}`, ensemble: "ensemble", hmc: "hmc" });

  /** HMC was run up to 160 points only. */
  const has = (n, name) => name in TD.dropout_data.bands[n];

  /** Mean, and mean ± 2 sd, on the grid. */
  function band(n, name) {
    const [mean, sd] = TD.dropout_data.bands[n][name].map((row) => row.map((v) => v / 1000));
    return { mean, sd, low: mean.map((m, i) => m - 2 * sd[i]), high: mean.map((m, i) => m + 2 * sd[i]) };
  }

  const average = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  /** Mean sd where there are data, |x| <= 2, or far away, |x| >= 3. */
  function spread(n, name, inside = true) {
    const { sd } = band(n, name);
    return average(sd.filter((_, i) => {
      const x = Math.abs(TD.dropout_data.grid[i]);
      return inside ? x <= 2 : x >= 3;
    }));
  }

  /** The share of places with |x| <= 2 (or >= 3) at which mean ± 2 sd holds the true curve. */
  function coverage(n, name, inside = true) {
    const { low, high } = band(n, name);
    const { grid, truth } = TD.dropout_data;
    const places = grid.map((x, i) => i).filter((i) => (inside ? Math.abs(grid[i]) <= 2 : Math.abs(grid[i]) >= 3));
    return average(places.map((i) => (low[i] <= truth[i] / 1000 && truth[i] / 1000 <= high[i] ? 1 : 0)));
  }

  return { names, has, band, spread, coverage };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-dropout", (ui) => {
    const D = TD.dropout;
    const { grid, sizes, rates, truth, points } = TD.dropout_data;
    const size = ui.choice({ label: "number of points", options: sizes, value: 20, format: (n) => Explorable.format(n, 4) });
    const rate = ui.choice({ label: "dropout rate", options: rates, value: 0.1 });
    const shown = {
      process: ui.checkbox({ label: "Gaussian process", value: true }),
      dropout: ui.checkbox({ label: "MC dropout", value: true }),
      ensemble: ui.checkbox({ label: "ensemble of five", value: false }),
      hmc: ui.checkbox({ label: "HMC, 49 weights, up to 160 points", value: false }),
    };
    const told = ui.readout("mean sd at |x| ≤ 2: process, dropout, ensemble, HMC");
    const held = ui.readout("true curve in the band at |x| ≥ 3, in %: the same four");
    const top = ui.plot({ x: { label: "input x", min: -4, max: 4 }, y: { label: "output: mean ± 2 sd", min: -3.2, max: 3.2 }, height: 300 });
    const bottom = ui.plot({
      x: { label: "number of points", log: true, min: 8, max: 3000 }, y: { label: "mean sd, |x| ≤ 2", log: true, min: 0.003, max: 0.6 }, height: 220,
    });
    const titles = { process: "Gaussian process", dropout: "MC dropout", ensemble: "ensemble of five", hmc: "HMC" };

    const tasks = ui.tasks([
      { text: "Find a rate at which the band of dropout holds most of the true curve where there are no data.",
        found: ({ held }) => held > 0.5,
        way: { "dropout rate": 0.5 },
        told: "the rate sets the width of the band, and a wide band holds more, whatever was learned." },
      { text: "Bring dropout's spread among the data within a fifth of the Gaussian process's.",
        found: ({ ratio }) => Math.abs(ratio - 1) < 0.2,
        way: { "number of points": 10, "dropout rate": 0.01 },
        told: "only with few points: the process's spread falls as points are added, and dropout's stays." },
    ]);
    ui.update(() => {
      const n = size.value;
      const named = D.names(rate.value);
      const kinds = Object.keys(named);
      const marks = kinds.flatMap((kind, c) => {
        if (!shown[kind].value || !D.has(n, named[kind])) return [];
        const b = D.band(n, named[kind]);
        return [
          { band: true, x: grid, low: b.low, high: b.high, colour: c },
          { line: true, x: grid, y: b.mean, label: titles[kind], colour: c, dash: c },
        ];
      });
      const each = (tell) => kinds.map((kind) => (D.has(n, named[kind]) ? tell(named[kind]) : "–"));
      const spreads = each((name) => Explorable.format(D.spread(n, name), 2));
      const covered = each((name) => String(Math.round(100 * D.coverage(n, name, false))));
      top.draw([
        ...marks,
        { line: true, x: grid, y: truth.map((v) => v / 1000), label: "true curve", colour: "ink", width: 1.2 },
        { points: true, x: points[n][0].map((v) => v / 1000), y: points[n][1].map((v) => v / 1000), colour: "muted", size: 2.5 },
      ], `With ${n} points the mean spread where there are data is ${spreads[0]} for the Gaussian process, ${spreads[1]} for dropout and ${spreads[2]} for the ensemble.`);
      bottom.draw([
        ...kinds.map((kind, c) => {
          const run = sizes.filter((m) => D.has(m, named[kind]));
          return { line: true, x: run, y: run.map((m) => D.spread(m, named[kind])), label: titles[kind], colour: c, dash: c };
        }),
        { vline: n },
      ], "The spreads of the Gaussian process and of HMC fall steadily as points are added; that of dropout stays nearly level.");
      tasks.check({ held: D.coverage(n, named.dropout, false), ratio: D.spread(n, named.dropout) / D.spread(n, named.process) });
      told.set(spreads.join(", "));
      held.set(covered.join(", "));
    });
  });
}
