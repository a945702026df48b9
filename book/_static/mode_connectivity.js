/* The loss in a plane through three networks, computed live from their weights.  The networks and images are in
mode_connectivity_data.js.  A place (p, q) of the plane is the network A + p (B - A) + q (C - A).

The first layer's pre-activations are linear in the weights, so those of A, B and C are computed once and mixed. */
globalThis.TD = globalThis.TD || {};
TD.mode_connectivity = (() => {
  "use strict";
  const INPUTS = 64;
  const CLASSES = 10;
  let kept = null;

  function bytes(text) {
    const code = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const out = [];
    for (let i = 0; i < text.length; i += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => code.indexOf(text[i + k]));
      out.push((a << 2) | (b >> 4));
      if (c >= 0) out.push(((b & 15) << 4) | (c >> 2));
      if (d >= 0) out.push(((c & 3) << 6) | d);
    }
    return Int8Array.from(out);
  }

  function layers(vector, h) {
    const sizes = [[h, INPUTS], [h, h], [CLASSES, h]];
    let at = 0;
    return sizes.map(([rows, columns]) => {
      const w = vector.slice(at, at + rows * columns);
      const b = vector.slice(at + rows * columns, at + rows * columns + rows);
      at += rows * columns + rows;
      return { w, b, rows, columns };
    });
  }

  function renumbered(net, permutations) {
    return net.map((layer, l) => {
      const rows = permutations[l] || Array.from({ length: layer.rows }, (_, i) => i);
      const columns = l > 0 ? permutations[l - 1] : Array.from({ length: layer.columns }, (_, i) => i);
      const w = layer.w.map((_, k) => layer.w[rows[Math.floor(k / layer.columns)] * layer.columns + columns[k % layer.columns]]);
      return { ...layer, w, b: layer.b.map((_, i) => layer.b[rows[i]]) };
    });
  }

  function flat(net) {
    return Float64Array.from(net.flatMap((layer) => [...layer.w, ...layer.b]));
  }

  /** The networks a, b, renumbered and bend, each with its first layer's response to every image. */
  function corners() {
    if (kept) return kept;
    const data = TD.mode_connectivity_data;
    const pixels = Float64Array.from(bytes(data.images), (v) => v / 16);
    const vectors = data.networks.map((text) => Float64Array.from(bytes(text), (v) => v * data.step));
    const nets = vectors.map((vector) => layers(vector, data.width));
    const named = { a: nets[0], b: nets[1], renumbered: renumbered(nets[1], data.permutations), bend: nets[2] };
    kept = {};
    for (const [name, net] of Object.entries(named)) {
      kept[name] = { vector: flat(net), second: net[1], third: net[2], first: respond(net[0], pixels, data.labels.length) };
    }
    return kept;
  }

  function respond(layer, x, n) {
    const out = new Float64Array(n * layer.rows);
    for (let i = 0; i < n; i += 1) {
      for (let r = 0; r < layer.rows; r += 1) {
        let sum = layer.b[r];
        for (let c = 0; c < layer.columns; c += 1) sum += layer.w[r * layer.columns + c] * x[i * layer.columns + c];
        out[i * layer.rows + r] = sum;
      }
    }
    return out;
  }

  const mix = (parts, share) => {
    const out = new Float64Array(parts[0].length);
    parts.forEach((part, k) => { for (let i = 0; i < out.length; i += 1) out[i] += share[k] * part[i]; });
    return out;
  };
  const rectify = (z) => z.map((v) => (v > 0 ? v : 0));

  /** The loss (nats) at the place (p, q) of the plane through A, B and the named third network. */
  function loss(p, q, third) {
    const found = corners();
    if (!found[third]) throw new RangeError(`third must be one of ${Object.keys(found).join(", ")}, got ${third}`);
    const nets = [found.a, found.b, found[third]];
    const share = [1 - p - q, p, q];
    const { labels } = TD.mode_connectivity_data;
    let h = rectify(mix(nets.map((net) => net.first), share));
    for (const name of ["second", "third"]) {
      const like = found.a[name];
      const layer = { ...like, w: mix(nets.map((net) => net[name].w), share), b: mix(nets.map((net) => net[name].b), share) };
      h = respond(layer, h, labels.length);
      if (name === "second") h = rectify(h);
    }
    let total = 0;
    labels.forEach((label, i) => {
      const row = h.subarray(i * CLASSES, (i + 1) * CLASSES);
      const top = Math.max(...row);
      total += top + Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0)) - row[label];
    });
    return total / labels.length;
  }

  /** Lengths that turn places into distances: B lies at (base, 0), the third network at (along, across). */
  function frame(third) {
    const found = corners();
    const minus = (v) => v.map((x, i) => x - found.a.vector[i]);
    const { dot } = ExplorableMath;
    const [b, c] = [minus(found.b.vector), minus(found[third].vector)];
    const base = Math.sqrt(dot(b, b));
    const along = dot(b, c) / base;
    return { base, along, across: Math.sqrt(dot(c, c) - along * along) };
  }

  /** The place (p, q) at distances (x, y) from A, along and across the line from A to B. */
  function place(x, y, { base, along, across }) {
    const q = y / across;
    return [(x - q * along) / base, q];
  }

  /** Losses at equally spaced t on the quadratic Bezier curve from A over a control point to an end; points are distances. */
  function along(control, end, third, count) {
    const scale = frame(third);
    return Array.from({ length: count }, (_, i) => {
      const t = i / (count - 1);
      const at = (k) => 2 * t * (1 - t) * control[k] + t * t * end[k];
      return loss(...place(at(0), at(1), scale), third);
    });
  }

  /** The largest height above the straight line between the first and the last value. */
  const barrier = (values) => Math.max(...values.map((v, i) => {
    const t = i / (values.length - 1);
    return v - (1 - t) * values[0] - t * values.at(-1);
  }));

  return { loss, frame, place, along, barrier };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-mode_connectivity", (ui) => {
    const M = TD.mode_connectivity;
    const LEVELS = [0.1, 0.3, 1, 2];
    const view = ui.select({
      label: "path",
      options: [
        ["b", "from A to B"],
        ["renumbered", "from A to B renumbered"],
        ["bend", "A to B, other plane"],
      ],
      value: "b",
    });
    const height = ui.readout("barrier along the path (nats)");
    const top = ui.plot({
      x: { label: "distance from A along the line to B", min: -6, max: 30 },
      y: { label: "distance from that line", min: -9, max: 24 },
      height: 330,
    });
    const handle = top.handle({ label: "bend of the path", x: 12, y: 0, move: "xy" });
    const bottom = ui.plot({ x: { label: "place on the path, t", min: 0, max: 1 }, y: { label: "training loss (nats)", min: 0, max: 3 }, height: 220 });
    const xs = Explorable.linspace(-6, 30, 31);
    const ys = Explorable.linspace(-9, 24, 28);
    const maps = {};
    let shown = view.value;

    function contours(third) {
      if (!maps[third]) {
        const scale = M.frame(third);
        const z = ys.map((y) => xs.map((x) => M.loss(...M.place(x, y, scale), third)));
        maps[third] = LEVELS.map((level, k) => ({ line: true, ...ExplorableMath.contour(xs, ys, z, level), label: `loss ${level}`, colour: k, width: 1.2 }));
      }
      return maps[third];
    }

    const tasks = ui.tasks([
      { text: "From A to B, bend a path in the other plane so that it climbs less than 0.1.",
        found: ({ wall }) => view.value === "bend" && wall < 0.1,
        way: { path: "bend", "bend of the path x": 12, "bend of the path y": 18 },
        told: "in a plane that was found by training a bend, the two lie in one valley." },
      { text: "Find a straight way that climbs less than 0.2.",
        found: ({ wall, straight }) => straight && wall < 0.2,
        way: { path: "renumbered" },
        told: "most of the barrier between A and B is that their hidden units stand in another order." },
    ]);
    ui.update(() => {
      const third = view.value === "bend" ? "bend" : "renumbered";
      const scale = M.frame(third);
      const end = view.value === "renumbered" ? [scale.along, scale.across] : [scale.base, 0];
      if (view.value !== shown) {
        shown = view.value;
        handle.set(end[0] / 2, end[1] / 2);
      }
      const control = [handle.x, handle.y];
      const ts = Explorable.linspace(0, 1, 41);
      const path = [0, 1].map((k) => ts.map((t) => 2 * t * (1 - t) * control[k] + t * t * end[k]));
      const values = M.along(control, end, third, ts.length);
      const wall = M.barrier(values);
      const told = Explorable.format(Math.max(wall, 0));
      top.draw([
        ...contours(third),
        { line: true, x: path[0], y: path[1], colour: "ink", width: 2.5 },
        { points: true, x: [0, scale.base, scale.along], y: [0, 0, scale.across], colour: "ink", size: 5 },
        { text: "A", x: -2, y: -2.6, colour: "ink" },
        { text: "B", x: scale.base + 0.8, y: -2.6, colour: "ink" },
        { text: third === "bend" ? "trained bend" : "B renumbered", x: scale.along + 0.8, y: scale.across + 1, colour: "ink" },
      ], `Level lines of the loss in a plane through three networks. The path from A bends towards (${Explorable.format(control[0])}, ${Explorable.format(control[1])}) and crosses a barrier of ${told} nats.`);
      bottom.draw([
        { line: true, x: ts, y: values, label: "on the path", colour: "ink" },
        { line: true, x: [0, 1], y: [values[0], values.at(-1)], label: "chord", colour: "muted", dash: 1 },
      ], `The loss along the path rises ${told} nats above the chord between its ends.`);
      tasks.check({ wall, straight: Math.hypot(control[0] - end[0] / 2, control[1] - end[1] / 2) < 0.5 });
      height.set(told);
    });
  });
}
