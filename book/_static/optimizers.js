/* A gradient matrix, its sign, its orthogonal factor and what Newton–Schulz makes of it.  The twin in Python,
optimizers/explorable.py, decomposes; here singular values come from rotations of columns, and the orthogonal factor from
Newton's iteration with the inverse. */
globalThis.TD = globalThis.TD || {};
TD.optimizers = (() => {
  "use strict";
  const N = 6;
  const MUON = [3.4445, -4.775, 2.0315];
  const CUBIC = [1.5, -0.5, 0];
  const range = (n) => Array.from({ length: n }, (_, i) => i);
  const build = (entry) => range(N).map((i) => range(N).map((j) => entry(i, j)));
  const transposed = (a) => build((i, j) => a[j][i]);
  const product = (a, b) => build((i, j) => a[i].reduce((sum, v, k) => sum + v * b[k][j], 0));
  const combined = (f, ...matrices) => build((i, j) => f(...matrices.map((m) => m[i][j])));

  /** An orthonormal basis of cosines, and one of sines, as columns, their frequencies out of order. */
  const cosine = (i, k) => Math.sqrt((k === 0 ? 1 : 2) / N) * Math.cos((Math.PI * (i + 0.5) * k) / N);
  const sine = (i, k) => Math.sqrt(2 / (N + 1)) * Math.sin((Math.PI * (i + 1) * (k + 1)) / (N + 1));
  const cosines = build((i, k) => cosine(i, [2, 4, 0, 5, 1, 3][k]));
  const sines = build((i, k) => sine(i, [1, 3, 5, 0, 2, 4][k]));

  /** The gradient: singular values from 1 down to 10^-spread, evenly in the logarithm. */
  function gradient(spread) {
    if (!(spread >= 0 && spread <= 6)) throw new RangeError(`spread must be from 0 to 6, got ${spread}`);
    const scaled = build((i, k) => cosines[i][k] * 10 ** ((-spread * k) / (N - 1)));
    return product(scaled, transposed(sines));
  }

  /** Entries' signs; what is zero but for rounding stays zero. */
  const signs = (a) => combined((v) => (Math.abs(v) < 1e-12 ? 0 : Math.sign(v)), a);

  /** Singular values, largest first: columns are rotated in pairs until all are orthogonal (Hestenes, Jacobi). */
  function values(a) {
    const columns = transposed(a);
    const dot = (u, v) => u.reduce((sum, x, i) => sum + x * v[i], 0);
    for (let sweep = 0; sweep < 40; sweep += 1) {
      for (let p = 0; p < N; p += 1) {
        for (let q = p + 1; q < N; q += 1) {
          const angle = 0.5 * Math.atan2(2 * dot(columns[p], columns[q]), dot(columns[p], columns[p]) - dot(columns[q], columns[q]));
          const [c, s] = [Math.cos(angle), Math.sin(angle)];
          const [u, v] = [columns[p], columns[q]];
          columns[p] = u.map((x, i) => c * x + s * v[i]);
          columns[q] = u.map((x, i) => c * v[i] - s * x);
        }
      }
    }
    return columns.map((u) => Math.sqrt(dot(u, u))).sort((x, y) => y - x);
  }

  function inverse(a) {
    const rows = a.map((row, i) => [...row, ...range(N).map((j) => (i === j ? 1 : 0))]);
    for (let k = 0; k < N; k += 1) {
      const pivot = range(N - k).map((i) => i + k).reduce((best, i) => (Math.abs(rows[i][k]) > Math.abs(rows[best][k]) ? i : best), k);
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      rows[k] = rows[k].map((v) => v / rows[k][k] || 0);
      rows.forEach((row, i) => {
        if (i !== k) rows[i] = row.map((v, j) => v - row[k] * rows[k][j]);
      });
    }
    return rows.map((row) => row.slice(N));
  }

  /** The orthogonal factor: X <- (X + X^-T) / 2 takes every singular value to 1. */
  function orthogonal(a) {
    let x = a;
    for (let k = 0; k < 40; k += 1) x = combined((v, w) => (v + w) / 2, x, transposed(inverse(x)));
    return x;
  }

  /** Rounds of Newton–Schulz on the matrix over its Frobenius norm. */
  function rounds(a, count, [p, q, r] = MUON) {
    const size = Math.sqrt(a.flat().reduce((sum, v) => sum + v * v, 0));
    let x = combined((v) => v / size, a);
    for (let k = 0; k < count; k += 1) {
      const gram = product(x, transposed(x));
      const inner = combined((u, v) => q * u + r * v, gram, product(gram, gram));
      x = combined((u, v) => p * u + v, x, product(inner, x));
    }
    return x;
  }

  return { N, MUON, CUBIC, gradient, signs, values, orthogonal, rounds };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-optimizers", (ui) => {
    const { N, MUON, CUBIC, gradient, signs, values, orthogonal, rounds } = TD.optimizers;
    const SPREAD = 1.5;
    const spread = ui.slider({ label: "powers of ten between the largest and the smallest singular value", min: 0.2, max: 4, value: SPREAD });
    const count = ui.slider({ label: "rounds of Newton–Schulz", min: 0, max: 12, value: 5, step: 1 });
    const kind = ui.choice({ label: "polynomial", options: [["muon", "Muon's"], ["cubic", "the cubic"]], value: "muon" });
    const least = ui.readout("smallest singular value after the rounds");
    const gain = ui.readout("share of the largest possible gain (spectral norm) that the sign reaches");
    const picture = ui.plot({
      title: "Entries: area is size, colour is sign",
      x: { label: "gradient · sign · orthogonal", min: -1, max: 3 * N + 4 },
      y: { label: "row", min: -1, max: N },
      height: 190,
    });
    const bars = ui.plot({ x: { label: "singular value, by rank" }, y: { label: "size", log: true, min: 1e-5, max: 10 } });

    const marks = (a, offset) => {
      const largest = Math.max(...a.flat().map(Math.abs));
      return a.flatMap((row, i) =>
        row.map((v, j) => ({ points: true, x: [offset + j], y: [N - 1 - i], size: 5.5 * Math.sqrt(Math.abs(v) / largest), colour: v < 0 ? 1 : 0 })));
    };

    const tasks = ui.tasks([
      { text: "With the cubic, take the fewest rounds that bring the smallest singular value of the first gradient above 0.9.",
        found: ({ smallest }) => Math.abs(spread.value - SPREAD) < 0.02 && kind.value === "cubic" && count.value === 10 && smallest > 0.9,
        way: { "powers of ten between the largest and the smallest singular value": 1.5, polynomial: "cubic", "rounds of Newton–Schulz": 10 },
        told: "a small value grows by a half a round, so each power of ten costs nearly six rounds." },
      { text: "With Muon's polynomial, take the fewest that bring it above 0.6.",
        found: ({ smallest }) => Math.abs(spread.value - SPREAD) < 0.02 && kind.value === "muon" && count.value === 3 && smallest > 0.6,
        way: { "powers of ten between the largest and the smallest singular value": 1.5, polynomial: "muon", "rounds of Newton–Schulz": 3 },
        told: "it more than triples a small value each round, and never settles at one." },
    ]);
    ui.update(() => {
      const g = gradient(spread.value);
      const [sign, factor] = [signs(g), orthogonal(g)];
      const after = values(rounds(g, count.value, kind.value === "cubic" ? CUBIC : MUON));
      const before = values(g);
      const ofSign = values(sign);
      const x = before.map((_, i) => i + 1);
      const inner = g.flat().reduce((sum, v, i) => sum + v * sign.flat()[i], 0);
      const share = inner / ofSign[0] / before.reduce((sum, v) => sum + v, 0);
      picture.draw([...marks(g, 0), ...marks(sign, N + 1.5), ...marks(factor, 2 * N + 3)],
        "Three squares of entries: the gradient with few large ones, its sign with entries of one size, and its orthogonal factor.");
      bars.draw([
        { line: true, x, y: before, label: "gradient", colour: 0 },
        { line: true, x, y: ofSign.map((v) => Math.max(v, 1e-9)), label: "its sign", colour: 1 },
        { line: true, x, y: after, label: `after ${count.value} rounds`, colour: 2 },
        { line: true, x, y: x.map(() => 1), label: "orthogonal factor", colour: "muted", dash: 1 },
      ], `The gradient's singular values go from 1 to ${Explorable.format(before[N - 1])}; after ${count.value} rounds the smallest is ${Explorable.format(after[N - 1])}.`);
      tasks.check({ smallest: after[N - 1] });
      least.set(Explorable.format(after[N - 1]));
      gain.set(Explorable.format(share, 2));
    });
  });
}
