/* Which networks train, for each norm, depth, start and learning rate: computed in Python (normalization_map_data.js). */
globalThis.TD = globalThis.TD || {};
TD.normalization_map = (() => {
  "use strict";

  /** Places of the map with the number of networks that train: {rate, depth, trained} for every cell. */
  function cells(start, kind) {
    const { rates, depths, counts } = TD.normalization_map_data;
    if (!counts[start]?.[kind]) throw new RangeError(`no map for start ${start} and norm ${kind}`);
    return depths.flatMap((depth, i) => rates.map((rate, j) => ({ rate, depth, trained: counts[start][kind][i][j] })));
  }

  /** The largest rate at which all networks train, for each depth; 0 where there is none. */
  function largestRates(start, kind) {
    const { rates, depths, counts, seeds } = TD.normalization_map_data;
    return depths.map((_, i) => Math.max(0, ...rates.filter((__, j) => counts[start][kind][i][j] === seeds)));
  }

  return { cells, largestRates };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-normalization_map", (ui) => {
    const N = TD.normalization_map;
    const data = TD.normalization_map_data;
    const KINDS = [["none", "none"], ["batch", "BatchNorm"], ["layer", "LayerNorm"], ["rms", "RMSNorm"], ["weight", "weight norm"]];
    const kind = ui.select({
      label: "norm",
      options: KINDS,
      value: "none",
    });
    const start = ui.select({
      label: "initial weights",
      options: [["small", "under-scaled (gain 1)"], ["he", "He (gain √2)"], ["large", "over-scaled (gain 2)"]],
      value: "he",
    });
    const largest = [2, 8].map((depth) => [data.depths.indexOf(depth), ui.readout(`largest rate for all, ${depth} layers`)]);
    const map = ui.plot({
      title: "Which networks train",
      x: { label: "learning rate", log: true, min: 0.012, max: 10.5 },
      y: { label: "hidden layers", log: true, min: 0.8, max: 20 },
      height: 260,
    });
    const tasks = ui.tasks([
      { text: "Find the norm with which eight layers train at the largest rate.",
        found: ({ eight }) => eight(kind.value) >= Math.max(...KINDS.map(([name]) => eight(name))) && eight(kind.value) > 0,
        way: { norm: "batch" },
        told: "with it eight layers take more than five times the rate of any other norm here, from each of the three starts." },
      { text: "Find a norm and a start with which eight layers train at no larger rate than without it.",
        found: ({ eight }) => kind.value !== "none" && eight(kind.value) <= eight("none"),
        way: { norm: "rms", "initial weights": "he" },
        told: "whether a norm helps depends on which norm it is and on what it starts from." },
    ]);
    ui.update(() => {
      const cells = N.cells(start.value, kind.value);
      const pick = (test) => cells.filter(({ trained }) => test(trained));
      const group = (label, test, colour, size) => {
        const chosen = pick(test);
        return { points: true, x: chosen.map((c) => c.rate), y: chosen.map((c) => c.depth), label, colour, size };
      };
      const found = N.largestRates(start.value, kind.value);
      const rate = (i) => (found[i] ? Explorable.format(found[i], 2) : "none");
      const told = data.depths.map((d, i) => `${d}: ${rate(i)}`).join(", ");
      map.draw([
        group("all five train", (c) => c === data.seeds, 0, 7),
        group("some train", (c) => c > 0 && c < data.seeds, 1, 5),
        group("none trains", (c) => c === 0, "muted", 2),
      ], `Largest rate at which all five networks train, by hidden layers. ${told}.`);
      tasks.check({ eight: (name) => N.largestRates(start.value, name)[data.depths.indexOf(8)] });
      for (const [i, shown] of largest) shown.set(rate(i));
    });
  });
}
