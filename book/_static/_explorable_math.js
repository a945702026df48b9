/* Mathematics shared by the explorables: no page, no DOM.  Loaded before them in the book, and by the tests that run them.

API, all in ExplorableMath
  times(A, v), product(A, B), transpose(A), solve2(A, v), rotation(angle)   2 by 2 matrices are rows of numbers
  cholesky(A, b)        solve A z = b for a symmetric positive definite A (rows; overwritten by its factor)
  dot(a, b, length)     over the first `length` entries
  normals(seed)         a function that returns standard normal numbers, the same for the same seed
  adam({beta1, beta2, eps})   a function from a gradient to Adam's direction; keeps its averages
  contour(xs, ys, z, level)   level lines of z (rows of y) as one broken line {x, y} with NaN between the pieces
  unzip(points)         [[x, y], …] as {x: […], y: […]} */
globalThis.ExplorableMath = (() => {
  "use strict";
  const times = (a, v) => [a[0][0] * v[0] + a[0][1] * v[1], a[1][0] * v[0] + a[1][1] * v[1]];
  const transpose = (a) => [[a[0][0], a[1][0]], [a[0][1], a[1][1]]];
  const product = (a, b) => transpose(transpose(b).map((column) => times(a, column)));
  const solve2 = (a, v) => {
    const det = a[0][0] * a[1][1] - a[0][1] * a[1][0];
    return [(a[1][1] * v[0] - a[0][1] * v[1]) / det, (a[0][0] * v[1] - a[1][0] * v[0]) / det];
  };
  const rotation = (angle) => [[Math.cos(angle), -Math.sin(angle)], [Math.sin(angle), Math.cos(angle)]];

  function cholesky(A, b) {
    const z = b.slice();
    for (let i = 0; i < z.length; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        let sum = A[i][j];
        for (let k = 0; k < j; k += 1) sum -= A[i][k] * A[j][k];
        A[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / A[j][j];
      }
      for (let k = 0; k < i; k += 1) z[i] -= A[i][k] * z[k];
      z[i] /= A[i][i];
    }
    for (let i = z.length - 1; i >= 0; i -= 1) {
      for (let k = i + 1; k < z.length; k += 1) z[i] -= A[k][i] * z[k];
      z[i] /= A[i][i];
    }
    return z;
  }

  const dot = (a, b, length = a.length) => {
    let sum = 0;
    for (let i = 0; i < length; i += 1) sum += a[i] * b[i];
    return sum;
  };

  /** mulberry32 and Box-Muller. */
  function normals(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

  /** m_hat / (sqrt(v_hat) + eps), 0/0 counting as 0: Kingma and Ba (2015), algorithm 1. */
  function adam({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = {}) {
    let [m, v, t] = [[], [], 0];
    return (g) => {
      t += 1;
      m = g.map((x, i) => beta1 * (m[i] ?? 0) + (1 - beta1) * x);
      v = g.map((x, i) => beta2 * (v[i] ?? 0) + (1 - beta2) * x * x);
      const roots = v.map((x) => Math.sqrt(x / (1 - beta2 ** t)) + eps);
      return m.map((x, i) => (roots[i] === 0 ? 0 : x / (1 - beta1 ** t) / roots[i]));
    };
  }

  function contour(xs, ys, z, level) {
    const line = { x: [], y: [] };
    const cross = (a, b, u, v) => a + ((level - u) / (v - u)) * (b - a);
    for (let j = 0; j + 1 < ys.length; j += 1) {
      for (let i = 0; i + 1 < xs.length; i += 1) {
        const [a, b, c, d] = [z[j][i], z[j][i + 1], z[j + 1][i + 1], z[j + 1][i]];
        const hits = [];
        if (a < level !== b < level) hits.push([cross(xs[i], xs[i + 1], a, b), ys[j]]);
        if (b < level !== c < level) hits.push([xs[i + 1], cross(ys[j], ys[j + 1], b, c)]);
        if (d < level !== c < level) hits.push([cross(xs[i], xs[i + 1], d, c), ys[j + 1]]);
        if (a < level !== d < level) hits.push([xs[i], cross(ys[j], ys[j + 1], a, d)]);
        for (let k = 0; k + 1 < hits.length; k += 2) {
          line.x.push(hits[k][0], hits[k + 1][0], NaN);
          line.y.push(hits[k][1], hits[k + 1][1], NaN);
        }
      }
    }
    return line;
  }

  const unzip = (points) => ({ x: points.map((p) => p[0]), y: points.map((p) => p[1]) });

  return { times, transpose, product, solve2, rotation, cholesky, dot, normals, adam, contour, unzip };
})();
