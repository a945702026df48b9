/* Online learning by committees of K units (Saad and Solla 1995): error and overlaps over the examples, and the plateau.
All units start alike but for one overlap, and stay so: four numbers are left of Q and R, with averages as Saad and Solla wrote
them.  The twin in Python, phase_transitions/explorable.py, integrates all entries, with averages from tilted Gaussians. */
globalThis.TD = globalThis.TD || {};
TD.phase_transitions_plateau = (() => {
  "use strict";
  const C = 2 / Math.PI;
  const SIZE = 0.1;
  const NEAR = 0.05;
  const TOLERANCE = 1e-6;
  const SHIFT = 1e-5;
  const FAR = 1000;
  const FASTEST = { 2: 1.66, 3: 0.97 };      // by K: the rate at which a difference grows fastest, and the one from which on
  const LIMIT = { 2: 2.31, 3: 1.62 };     // the rule is unstable; both are the twin's

  function check(units, rate, overlap) {
    if (!(Number.isInteger(units) && units >= 2)) throw new RangeError(`units must be a whole number from 2 on, got ${units}`);
    if (!(rate > 0)) throw new RangeError(`rate must be > 0, got ${rate}`);
    if (!(overlap >= 0)) throw new RangeError(`overlap must be >= 0, got ${overlap}`);
  }

  /** Covariance of the fields of K student and K teacher units, flat, of a state [Q_ii, Q_ij, R_ii, R_ij]. */
  function covariance(units, [own, between, right, wrong]) {
    const n = 2 * units;
    const c = new Float64Array(n * n);
    for (let a = 0; a < n; a += 1) {
      for (let b = 0; b < n; b += 1) {
        const same = a % units === b % units;
        if (a < units !== b < units) c[a * n + b] = same ? right : wrong;
        else if (a < units) c[a * n + b] = same ? own : between;
        else c[a * n + b] = Number(same);
      }
    }
    return c;
  }

  /** <delta_v>, the average of delta of the first unit times the field v, which moves an overlap: a sum of <g'(0) v g(a)>. */
  function pull(c, units, v) {
    const [n, width] = [2 * units, 1 + c[0]];
    let sum = 0;
    for (let a = 0; a < n; a += 1) {
      const one = (c[v * n + a] * width - c[v] * c[a]) / Math.sqrt(width * (1 + c[a * n + a]) - c[a] * c[a]);
      sum += a < units ? -one : one;
    }
    return (C * sum) / width;
  }

  /** <delta delta_j> of the first unit and another (or itself), the noise of single examples: a sum of <g'(0) g'(j) g(a) g(b)>. */
  function noise(c, units, j) {
    const n = 2 * units;
    const [first, second, cross] = [1 + c[0], 1 + c[j * n + j], c[j]];
    const area = first * second - cross * cross;
    const widths = new Float64Array(n);
    let sum = 0;
    for (let a = 0; a < n; a += 1) {
      const [toFirst, toSecond] = [c[a], c[j * n + a]];
      for (let b = a; b >= 0; b -= 1) {
        const part = area * c[a * n + b] - toSecond * c[j * n + b] * first - toFirst * c[b] * second
          + cross * (toFirst * c[j * n + b] + c[b] * toSecond);
        if (a === b) widths[a] = Math.sqrt(area + part);
        const one = Math.asin(part / (widths[a] * widths[b]));
        if (a === b) sum += one;
        else sum += a < units === b < units ? 2 * one : -2 * one;
      }
    }
    return (C * C * sum) / Math.sqrt(area);
  }

  /** How the four numbers move with the examples over inputs. */
  function speed(units, rate, state) {
    const c = covariance(units, state);
    return [
      rate * (2 * pull(c, units, 0) + rate * noise(c, units, 0)),
      rate * (2 * pull(c, units, 1) + rate * noise(c, units, 1)),
      rate * pull(c, units, units),
      rate * pull(c, units, units + 1),
    ];
  }

  /** Generalisation error, half the mean square of the difference. */
  function error(units, state) {
    const [n, c] = [2 * units, covariance(units, state)];
    let sum = 0;
    for (let a = 0; a < n; a += 1) {
      for (let b = 0; b < n; b += 1) {
        const one = Math.asin(c[a * n + b] / Math.sqrt((1 + c[a * n + a]) * (1 + c[b * n + b])));
        sum += a < units === b < units ? one : -one;
      }
    }
    return sum / Math.PI;
  }

  const STAGES = [
    [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9], [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656], [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  ];
  const MISS = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

  /** Dormand and Prince's pair of orders 5 and 4: all accepted steps as [time, state], none longer than `longest`. */
  function integrate(f, start, until, longest) {
    let [t, y, h, slope] = [0, start, longest / 100, f(start)];
    const found = [[t, y]];
    const total = (slopes, weights, d) => {
      let sum = 0;
      for (let s = 0; s < weights.length; s += 1) sum += weights[s] * slopes[s][d];
      return h * sum;
    };
    while (t < until) {
      h = Math.min(h, longest, until - t);
      const slopes = [slope];
      let next = y;
      for (const weights of STAGES) {
        next = y.map((v, d) => v + total(slopes, weights, d));
        slopes.push(f(next));
      }
      const miss = Math.max(...y.map((v, d) => Math.abs(total(slopes, MISS, d)) / (TOLERANCE * (0.01 + Math.abs(v)))));
      if (miss <= 1) {
        t = until - t - h < 1e-9 * until ? until : t + h;
        [y, slope] = [next, slopes[6]];
        found.push([t, y]);
      }
      h *= miss >= 0 ? Math.min(5, Math.max(0.2, 0.9 * Math.max(miss, 1e-9) ** -0.2)) : 0.1;
    }
    return found;
  }

  /** Error and overlaps from orthogonal students that overlap with their own teacher unit only, by `overlap`. */
  function path(units, rate, overlap, until) {
    check(units, rate, overlap);
    const steps = integrate((state) => speed(units, rate, state), [SIZE, 0, overlap, 0], until, until / 150);
    const column = (d) => steps.map(([, state]) => state[d]);
    return {
      alphas: steps.map(([t]) => t), errors: steps.map(([, state]) => error(units, state)),
      own: column(0), between: column(1), right: column(2), wrong: column(3),
    };
  }

  /** Solves three equations by Newton's method, with Cramer's rule and slopes from differences. */
  function newton(f, x, rounds = 8) {
    const det = (a, b, c) => a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
    let now = x;
    for (let i = 0; i < rounds; i += 1) {
      const at = f(now);
      if (Math.max(...at.map(Math.abs)) < 1e-13) break;
      const columns = now.map((_, d) => {
        const up = f(now.map((v, e) => (e === d ? v + SHIFT : v)));
        const down = f(now.map((v, e) => (e === d ? v - SHIFT : v)));
        return up.map((v, e) => (v - down[e]) / (2 * SHIFT));
      });
      const all = det(...columns);
      now = now.map((v, d) => v - det(...columns.map((column, e) => (e === d ? at : column))) / all);
    }
    return now;
  }

  /** The fixed point at which all units are alike: its error, and how fast a difference of the overlaps grows there; null without one. */
  function symmetric(units, rate) {
    check(units, rate, 0);
    const alike = ([own, between, mean]) => {
      const moved = speed(units, rate, [own, between, mean, mean]);
      return [moved[0], moved[1], moved[2]];
    };
    const steps = integrate(alike, [SIZE, 0, 0], 60 / rate, 60 / rate);
    const [own, between, mean] = newton((state) => alike(state).map((v) => v / rate), steps[steps.length - 1][1]);
    if (!(own < FAR && Math.max(...alike([own, between, mean]).map(Math.abs)) < 1e-9)) return null;
    const apart = (side) => {
      const moved = speed(units, rate, [own, between, mean + (side * SHIFT * (units - 1)) / units, mean - (side * SHIFT) / units]);
      return moved[2] - moved[3];
    };
    const state = [own, between, mean, mean];
    return { state, error: error(units, state), escape: (apart(1) - apart(-1)) / (2 * SHIFT) };
  }

  /** First and last time at which the error is within 5 % of the level; null if it never is, and Infinity if it still is at the end. */
  function plateau(run, level) {
    const off = run.errors.map((e) => e / level - 1);
    const near = (v) => Math.abs(v) < NEAR;
    const [first, last] = [off.findIndex(near), off.findLastIndex(near)];
    if (first < 0) return null;
    const edge = (inside, outside) => {
      const level = NEAR * Math.sign(off[outside]);
      return run.alphas[inside] + ((level - off[inside]) / (off[outside] - off[inside])) * (run.alphas[outside] - run.alphas[inside]);
    };
    return { from: first > 0 ? edge(first, first - 1) : 0, to: last + 1 < off.length ? edge(last, last + 1) : Infinity };
  }

  return { speed, error, path, symmetric, plateau, FASTEST, LIMIT };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-phase_transitions_plateau", (ui) => {
    const { path, symmetric, plateau, FASTEST, LIMIT } = TD.phase_transitions_plateau;
    const { format } = Explorable;
    const UNTIL = 400;
    const START = { units: 2, rate: 1, overlap: 1e-3 };
    const units = ui.choice({ label: "hidden units, K", options: [2, 3], value: START.units });
    const rate = ui.slider({ label: "learning rate, η", min: 0.3, max: 2.6, step: 0.01, value: START.rate });
    const overlap = ui.slider({ label: "overlap with the own teacher unit at the start", min: 1e-6, max: 1e-1, value: START.overlap, log: true });
    const seen = ui.slider({ label: "examples over inputs, α", min: 0, max: UNTIL, step: 1, value: UNTIL });
    let stop = () => {};
    ui.button({ label: "Play", onclick: () => { stop(); stop = ui.animate((f) => seen.set(Math.round(f * UNTIL)), 6); } });
    const length = ui.readout("the plateau");
    const growth = ui.readout("on it a difference of the overlaps grows tenfold in");
    const now = ui.readout("error at this α");
    const top = ui.plot({ x: { label: "examples over inputs, α", min: 0, max: UNTIL }, y: { label: "generalisation error", log: true, min: 1e-4, max: 1 } });
    const bottom = ui.plot({ x: { label: "examples over inputs, α", min: 0, max: UNTIL }, y: { label: "overlap", min: -0.4, max: 2 } });

    const levels = new Map();
    const level = () => {
      const key = `${units.value} ${rate.value}`;
      if (!levels.has(key)) levels.set(key, symmetric(units.value, rate.value));
      return levels.get(key);
    };
    const span = (stretch) => (stretch ? stretch.to - stretch.from : 0);
    const usual = span(plateau(path(START.units, START.rate, START.overlap, UNTIL), symmetric(START.units, START.rate).error));
    const near = (a, b, part) => Math.abs(a / b - 1) < part;
    const tasks = ui.tasks([
      { text: "With two units and a rate of 1, make the plateau twice as long by the overlap alone.",
        found: (shown) => units.value === 2 && near(rate.value, 1, 0.005) && near(shown.length, 2 * usual, 0.04),
        way: { "hidden units, K": 2, "learning rate, η": 1, "overlap with the own teacher unit at the start": 1e-5 },
        told: "the overlap has to fall to about a hundredth, since the length goes with its logarithm." },
      { text: "Find the rate at which a difference grows fastest.",
        found: () => near(rate.value, FASTEST[units.value], 0.02),
        way: { "hidden units, K": 2, "learning rate, η": FASTEST[2] },
        told: "a higher rate makes the plateau longer again, because the noise of single examples raises it." },
      { text: "Find the lowest rate at which the error does not go to zero after the plateau.",
        found: () => rate.value > LIMIT[units.value] && near(rate.value, LIMIT[units.value], 0.03),
        way: { "hidden units, K": 2, "learning rate, η": LIMIT[2] + 0.03 },
        told: "from here on the rule itself is no resting place; the noise drives the student away from it." },
    ]);

    let [run, ghost, kept, changed] = [null, null, "", -Infinity];

    /** The run of this setting; the one that was rested on before the reader began to change it stays as a ghost. */
    function follow() {
      const key = `${units.value} ${rate.value} ${overlap.value}`;
      if (key === kept) return;
      const time = performance.now();
      if (run && time - changed > 800) ghost = run;
      [kept, changed] = [key, time];
      run = path(units.value, rate.value, overlap.value, UNTIL);
      run.at = level();
      run.stretch = run.at && plateau(run, run.at.error);
    }

    function told({ at, stretch }) {
      if (!at) return "none: equal units have no resting place at this rate";
      if (!stretch) return "none";
      if (stretch.to === Infinity) return `from α = ${format(stretch.from, 2)} on, not over at ${UNTIL}`;
      return `${format(span(stretch), 3)}, from α = ${format(stretch.from, 2)} to ${format(stretch.to, 3)}`;
    }

    ui.update(() => {
      follow();
      const { alphas, errors, right, wrong, own, at, stretch } = run;
      const count = alphas.findLastIndex((a) => a <= seen.value) + 1;
      const part = (y) => ({ x: alphas.slice(0, count), y: y.slice(0, count) });
      const error = errors[count - 1];
      top.draw([
        ...(ghost ? [{ line: true, x: ghost.alphas, y: ghost.errors, label: "the setting before", colour: "muted", width: 1.4 }] : []),
        ...(at ? [{ hline: at.error, label: "all units alike, for ever", colour: "muted" }] : []),
        { line: true, ...part(errors), label: "generalisation error", colour: 0 },
        { points: true, x: [alphas[count - 1]], y: [error], colour: 0, size: 5 },
      ], `The error over the examples; the plateau: ${told(run)}. At the end it is ${format(errors.at(-1), 2)}.`);
      bottom.draw([
        { line: true, ...part(right), label: "student with its own teacher unit, R₁₁", colour: 0 },
        { line: true, ...part(wrong), label: "with another teacher unit, R₁₂", colour: 1 },
        { line: true, ...part(own), label: "student with itself, Q₁₁", colour: 2, dash: 1 },
      ], `The overlaps with the own and with another teacher unit are ${format(right[count - 1], 2)} and ${format(wrong[count - 1], 2)} at α = ${seen.value}.`);
      length.set(told(run));
      growth.set(at ? `α of ${format(Math.LN10 / at.escape, 3)}` : "nothing");
      now.set(format(error, 2));
      tasks.check({ length: span(stretch) });
    });
  });
}
