/* U-curves: loss after training against the learning rate for three widths, trained in Python (scale_data.js).  Here: where their
lowest points lie, by orthogonal polynomials where Python solves least squares, and what a transferred rate costs. */
globalThis.TD = globalThis.TD || {};
TD.scale = (() => {
  "use strict";

  function losses(task, rule) {
    const found = TD.scale_data.losses[task]?.[rule];
    if (!found) throw new RangeError(`no curves for task ${task} and rule ${rule}`);
    return found;
  }

  /** log2 of the best rate: the vertex of a parabola through the five log losses around the lowest, at most one rate from it. */
  function lowest(rates, values) {
    const x = rates.map(Math.log2);
    const y = values.map(Math.log);
    const k = y.indexOf(Math.min(...y));
    const near = x.map((_, i) => i).filter((i) => i >= k - 2 && i <= k + 2);
    const mean = (f) => near.reduce((sum, i) => sum + f(i), 0) / near.length;
    const centre = mean((i) => x[i]);
    const p1 = (i) => x[i] - centre;
    const size = mean((i) => p1(i) ** 2);
    const skew = mean((i) => p1(i) ** 3) / size;
    const p2 = (i) => p1(i) ** 2 - skew * p1(i) - size;
    const slope = mean((i) => y[i] * p1(i)) / size;
    const bend = mean((i) => y[i] * p2(i)) / mean((i) => p2(i) ** 2);
    if (!(bend > 0)) return x[k];
    const vertex = centre + (skew - slope / bend) / 2;
    const reach = x[1] - x[0];
    return Math.min(Math.max(vertex, x[k] - reach), x[k] + reach);
  }

  /** log2 of the best rate of every width. */
  const best = (task, rule) => losses(task, rule).map((row) => lowest(TD.scale_data.rates[task], row));

  /** Loss of the width at the grid's rate that was best for another, over its own least. */
  function cost(task, rule, from, to) {
    const all = losses(task, rule);
    const tuned = all[from].indexOf(Math.min(...all[from]));
    return all[to][tuned] / Math.min(...all[to]);
  }

  return { losses, lowest, best, cost };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-scale", (ui) => {
    const { losses, best, cost } = TD.scale;
    const data = TD.scale_data;
    const show = Explorable.format;
    const task = ui.select({
      label: "optimizer and loss",
      options: Object.keys(data.rates).map((name) => [name, name.replace("adam", "Adam").replace("sgd", "SGD")]),
      value: "adam, squared error",
    });
    const tuned = ui.choice({ label: "tuned at width", options: data.widths, value: data.widths[0] });
    const moved = ["standard", "mup"].map((rule) => ui.readout(`${rule === "mup" ? "maximal update" : "standard"}: best rate moves by (octaves)`));
    const paid = ["standard", "mup"].map((rule) => ui.readout(`${rule === "mup" ? "maximal update" : "standard"}: cost of the tuned rate at the widest`));
    const plots = ["Standard", "Maximal update"].map((title) =>
      ui.plot({ title, x: { label: "learning rate of the input layer", log: true }, y: { label: "loss after 30 steps", log: true }, height: 230 }),
    );
    const tasks = ui.tasks([
      { text: "Find the case in which a rate that was tuned at width 64 costs the most at the widest.",
        found: ({ costs }) => tuned.value === data.widths[0] && costs[0] >= Math.max(...Object.keys(data.rates).map((name) => cost(name, "standard", 0, data.widths.length - 1))),
        way: { "optimizer and loss": "sgd, squared error", "tuned at width": 64 },
        told: "the best rate falls with the width here, and beyond it the loss rises steeply." },
      { text: "Find one in which the tuned rate costs more than a twentieth even by the maximal update.",
        found: ({ costs }) => costs[1] > 1.05,
        way: { "optimizer and loss": "adam, cross-entropy", "tuned at width": 64 },
        told: "best rates stay near each other, not equal: at finite width a part of the shift remains." },
    ]);
    ui.update(() => {
      const rates = data.rates[task.value];
      const costs = ["standard", "mup"].map((rule) => cost(task.value, rule, data.widths.indexOf(tuned.value), data.widths.length - 1));
      tasks.check({ costs });
      ["standard", "mup"].forEach((rule, i) => {
        const rows = losses(task.value, rule);
        const where = best(task.value, rule);
        const from = data.widths.indexOf(tuned.value);
        const chosen = rates[rows[from].indexOf(Math.min(...rows[from]))];
        plots[i].draw(
          [
            ...data.widths.map((width, k) => ({ line: true, x: rates, y: rows[k].map((v) => (v > 5 ? NaN : v)), label: `width ${width}`, colour: k, dash: k })),
            { vline: chosen, label: "tuned" },
          ],
          `Lowest points at ${data.widths.map((width, k) => `${show(2 ** where[k])} for width ${width}`).join(", ")}.`,
        );
        moved[i].set(show(where.at(-1) - where[0], 2));
        paid[i].set(`${show(costs[i], 3)} times its least loss`);
      });
    });
  });
}
