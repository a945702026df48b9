/* Signal and gradient in each layer of a deep random network, computed live.  The Python twin, training_dynamics/training_in_practice/explorable.py,
takes Gauss-Legendre nodes; this file sums over an even grid, which for smooth functions times a Gaussian is as exact, so that the test compares
two integrations.  With weights from N(0, gain^2 / width), pre-activations of mean square q, and gradients of mean square g (Schoenholz et al. 2017):

    q_{l+1} = gain^2 E[phi(sqrt(q_l) z)^2],    g_l = gain^2 E[phi'(sqrt(q_l) z)^2] g_{l+1},    z normal. */
globalThis.TD = globalThis.TD || {};
TD.training_in_practice = (() => {
  "use strict";
  const ACTIVATIONS = {
    tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
    relu: { value: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : z < 0 ? 0 : Math.SQRT1_2) },
  };
  const GRID = Array.from({ length: 321 }, (_, i) => -8 + i / 20);
  const DENSITY = GRID.map((z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / 20);

  /** The mean of f(sqrt(q) z)^2 over a standard normal z. */
  function meanSquare(f, q) {
    const size = Math.sqrt(q);
    return GRID.reduce((sum, z, i) => sum + DENSITY[i] * f(size * z) ** 2, 0);
  }

  function check(activation, gain, depth) {
    if (!(activation in ACTIVATIONS)) throw new RangeError(`activation must be one of tanh, relu, got '${activation}'`);
    if (!(gain > 0)) throw new RangeError(`gain must be > 0, got ${gain}`);
    if (!(Number.isInteger(depth) && depth >= 2)) throw new RangeError(`depth must be at least 2, got ${depth}`);
  }

  /** Mean squares in layers 1 to depth: q, 1 in the first, and g, 1 in the last. */
  function picture(activation, gain, depth) {
    check(activation, gain, depth);
    const { value, slope } = ACTIVATIONS[activation];
    const q = [1];
    while (q.length < depth) q.push(gain ** 2 * meanSquare(value, q.at(-1)));
    const g = [1];
    for (let l = depth - 2; l >= 0; l -= 1) g.unshift(gain ** 2 * meanSquare(slope, q[l]) * g[0]);
    return { q, g };
  }

  const mean = (values) => values.reduce((sum, v) => sum + v * v, 0) / values.length;

  /** The same in one random network, from one random input and one random gradient at the top. */
  function network(activation, gain, depth, width, seed) {
    check(activation, gain, depth);
    const { value, slope } = ACTIVATIONS[activation];
    const normal = ExplorableMath.normals(seed);
    const draw = (n) => Array.from({ length: n }, normal);
    const scale = gain / Math.sqrt(width);
    const first = draw(width);
    const size = Math.sqrt(mean(first));
    const z = [first.map((v) => v / size)];
    const weights = [];
    for (let l = 1; l < depth; l += 1) {
      const h = z[l - 1].map(value);
      weights.push(Array.from({ length: width }, () => draw(width)));
      z.push(weights[l - 1].map((row) => scale * ExplorableMath.dot(row, h)));
    }
    let delta = draw(width);
    const top = mean(delta);
    const g = [1];
    for (let l = depth - 2; l >= 0; l -= 1) {
      const back = new Float64Array(width);
      weights[l].forEach((row, i) => row.forEach((w, j) => { back[j] += w * delta[i]; }));
      delta = Array.from(back, (v, j) => v * scale * slope(z[l][j]));
      g.unshift(mean(delta) / top);
    }
    return { q: z.map(mean), g };
  }

  return { picture, network };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-training_in_practice", (ui) => {
    const { picture, network } = TD.training_in_practice;
    const width = 64;
    const activation = ui.choice({ label: "activation", options: [["tanh", "tanh"], ["relu", "ReLU"]], value: "tanh" });
    const gain = ui.slider({ label: "gain of the weights", min: 0.5, max: 3, value: 1, step: 0.01 });
    const depth = ui.slider({ label: "layers", min: 2, max: 60, value: 30, step: 1, format: (v) => String(Math.round(v)) });
    const another = ui.another({ label: "another network" });
    const signal = ui.readout("signal in the last layer, 1 in the first");
    const gradient = ui.readout("gradient in the first layer, 1 in the last");
    const axis = { log: true, min: 1e-12, max: 1e12 };
    const top = ui.plot({ x: { label: "layer" }, y: { label: "mean square of the signal", ...axis } });
    const bottom = ui.plot({ x: { label: "layer" }, y: { label: "mean square of the gradient", ...axis } });
    const tasks = ui.tasks([
      { text: "In 30 layers or more of ReLU, keep the signal between two thirds and one and a half.",
        found: ({ q }) => activation.value === "relu" && q.length >= 30 && q.at(-1) > 2 / 3 && q.at(-1) < 1.5,
        way: { activation: "relu", "gain of the weights": 1.41, layers: 30 },
        told: "the gain is √2, since ReLU halves the mean square." },
      { text: "With tanh, let the gradient grow a thousandfold while the signal stays between a tenth and ten.",
        found: ({ q, g }) => activation.value === "tanh" && g[0] > 1000 && q.at(-1) > 0.1 && q.at(-1) < 10,
        way: { activation: "tanh", "gain of the weights": 2, layers: 30 },
        told: "tanh bounds the signal on its way up, and nothing bounds the gradient on its way down." },
    ]);
    ui.update(() => {
      const layers = Math.round(depth.value);
      const x = Array.from({ length: layers }, (_, l) => l + 1);
      const theory = picture(activation.value, gain.value, layers);
      const found = network(activation.value, gain.value, layers, width, 1 + another.value);
      const marks = (kind) => [
        { line: true, x, y: theory[kind], label: "wide layers" },
        { points: true, x, y: found[kind], label: `${width} units`, colour: 1 },
        { hline: 1, colour: "muted" },
      ];
      const [last, first] = [Explorable.format(theory.q.at(-1)), Explorable.format(theory.g[0])];
      top.draw(marks("q"), `The signal's mean square goes from 1 in the first layer to ${last} in layer ${layers}.`);
      bottom.draw(marks("g"), `The gradient's mean square goes from 1 in layer ${layers} to ${first} in the first.`);
      tasks.check(theory);
      signal.set(last);
      gradient.set(first);
    });
  });
}
