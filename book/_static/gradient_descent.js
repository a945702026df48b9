/* The rate-momentum plane of a quadratic with curvatures 1/kappa and 1, coloured by the factor a step of the slower direction, and
the run from any point of it.  The Python twin is training_dynamics.gradient_descent.explorable. */
globalThis.TD = globalThis.TD || {};
TD.gradient_descent = (() => {
  "use strict";
  const START = [1, 0.8];
  const curvatures = (condition) => {
    if (!(condition >= 1)) throw new RangeError(`condition must be >= 1, got ${condition}`);
    return [1 / condition, 1];
  };

  /** The modulus of the larger root of z^2 - (1 + momentum - rate h) z + momentum. */
  function radius(rate, momentum, h) {
    const middle = 1 + momentum - rate * h;
    const inside = middle * middle - 4 * momentum;
    return inside < 0 ? Math.sqrt(momentum) : (Math.abs(middle) + Math.sqrt(inside)) / 2;
  }

  const slowest = (rate, momentum, condition) => Math.max(...curvatures(condition).map((h) => radius(rate, momentum, h)));

  /** Heavy-ball iterates from START, as pairs [shallow, steep]. */
  function trajectory(rate, momentum, condition, steps) {
    const h = curvatures(condition);
    let before = START;
    let now = START;
    const found = [now];
    for (let t = 0; t < steps; t += 1) {
      const next = now.map((x, i) => x - rate * h[i] * x + momentum * (x - before[i]));
      [before, now] = [now, next];
      found.push(now);
    }
    return found;
  }

  const loss = (point, condition) => curvatures(condition).reduce((sum, h, i) => sum + (h * point[i] ** 2) / 2, 0);

  /** Polyak's point: [rate, momentum, factor]. */
  function optimum(condition) {
    const a = Math.sqrt(1 / condition);
    const factor = (1 - a) / (1 + a);
    return [4 / (1 + a) ** 2, factor * factor, factor];
  }

  return { radius, slowest, trajectory, loss, optimum, START };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-gradient_descent", (ui) => {
    const { slowest, trajectory, loss, optimum } = TD.gradient_descent;
    const E = Explorable;
    const STEPS = 80;
    const TOP = { rate: 4, momentum: 0.99 };

    const condition = ui.slider({ label: "condition number κ (steep over shallow)", min: 2, max: 100, value: 20, log: true });
    const step = ui.slider({ label: "step", min: 0, max: STEPS, value: STEPS, step: 1, format: (v) => String(Math.round(v)) });
    const play = ui.button({ label: "▶ Run", onclick: () => (stop ? halt() : run()) });
    const reveal = ui.checkbox({ label: "show the best point of the plane" });
    const factor = ui.readout("factor a step");
    const needed = ui.readout("steps to a thousandth");
    const goal = ui.readout("the best possible");
    const verdict = ui.readout("speed, of the best possible");

    const plane = ui.plot({ title: "Choose a rate and a momentum: click, drag, or use the arrow keys",
      x: { label: "learning rate × steep curvature, ηΛ", min: 0, max: TOP.rate }, y: { label: "momentum β", min: 0, max: TOP.momentum }, height: 320 });
    const valley = ui.plot({ title: "The run from there",
      x: { label: "shallow direction", min: -1.25, max: 1.25 }, y: { label: "steep direction", min: -1.25, max: 1.25 }, height: 320 });
    const fall = ui.plot({ x: { label: "step", min: 0, max: STEPS }, y: { label: "loss over its start", log: true, min: 1e-8, max: 1e3 }, height: 220 });
    const pair = E.element("div", { style: "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:0 1.2rem" });
    plane.figure.before(pair);
    pair.append(plane.figure, valley.figure);

    const handle = plane.handle({ label: "rate and momentum", x: 1, y: 0.2 });
    plane.svg.style.cursor = "crosshair";
    plane.svg.addEventListener("click", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plane.svg.getScreenCTM().inverse());
      handle.set(plane.x.invert(at.x), plane.y.invert(at.y));
      run();
    });
    new MutationObserver(() => ui.changed()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

    let stop = null;
    function halt() {
      stop?.();
      stop = null;
      play.textContent = "▶ Run";
    }
    function run() {
      halt();
      let over = false;
      play.textContent = "⏸ Pause";
      const cancel = ui.animate((part) => {
        step.set(Math.round(part * STEPS));
        if (part >= 1) { over = true; halt(); }
      }, 5);
      if (over) cancel(); else stop = cancel;
    }

    const rgb = (name) => {
      const text = getComputedStyle(ui.host).getPropertyValue(name).trim();
      return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
    };
    let painted = { key: "", url: "" };
    /** The plane as a picture: the faster the bluer; orange where the run diverges. */
    function picture(kappa) {
      const [paper, good, bad] = ["--td-card", "--td-c0", "--td-c1"].map(rgb);
      const key = [kappa, ...paper].join();
      if (key === painted.key) return painted.url;
      const canvas = E.element("canvas", { width: 160, height: 120 });
      const context = canvas.getContext("2d");
      const image = context.createImageData(160, 120);
      const best = Math.log(optimum(kappa)[2]);
      for (let j = 0; j < 120; j += 1) {
        for (let i = 0; i < 160; i += 1) {
          const r = Math.log(slowest(((i + 0.5) / 160) * TOP.rate, (1 - (j + 0.5) / 120) * TOP.momentum, kappa));
          const part = r > 0 ? Math.min(0.3 + r, 0.9) : Math.min(Math.floor((r / best) * 10) / 10 + 0.02, 1);
          const [from, to] = [paper, r > 0 ? bad : good];
          image.data.set([...from.map((c, k) => Math.round(c + (to[k] - c) * part)), 255], 4 * (j * 160 + i));
        }
      }
      context.putImageData(image, 0, 0);
      painted = { key, url: canvas.toDataURL() };
      return painted.url;
    }

    /** Puts the picture behind the lines of the plane. */
    function paint(kappa) {
      const [x, y] = [[0, TOP.rate].map(plane.x), [TOP.momentum, 0].map(plane.y)];
      const node = E.shape("image", { href: picture(kappa), x: x[0], y: y[0], width: x[1] - x[0], height: y[1] - y[0], preserveAspectRatio: "none" });
      node.style.imageRendering = "auto";
      plane.still.prepend(node);
    }
    const bare = plane.render.bind(plane);
    plane.render = () => { bare(); paint(condition.value); };

    const rings = [0.03, 0.12, 0.3, 0.6, 1].map((level) => ({ level, angles: E.linspace(0, 2 * Math.PI, 121) }));
    const ellipse = ({ level, angles }, kappa) => ({ line: true, colour: "muted", width: 1,
      x: angles.map((a) => 1.25 * level * Math.cos(a)), y: angles.map((a) => (1.25 * level * Math.sin(a)) / Math.sqrt(kappa)) });

    const tasks = ui.tasks([
      { text: "Find a rate and a momentum within 7 % of the best possible speed, without being shown the best point.",
        found: ({ near }) => near > 0.93 && !reveal.value,
        way: { "rate and momentum x": 2.64, "rate and momentum y": 0.42 },
        told: "there both directions shrink by the same factor, √β." },
      { text: "Find a momentum with which a rate of 3.5 still converges.",
        found: ({ r }) => handle.x >= 3.45 && r < 1,
        way: { "rate and momentum x": 3.5, "rate and momentum y": 0.88 },
        told: "momentum moves the edge from 2 to 2(1 + β)." },
    ]);
    ui.update(() => {
      const [kappa, rate, momentum] = [condition.value, handle.x, handle.y];
      const now = Math.round(step.value);
      const [bestRate, bestMomentum, bestFactor] = optimum(kappa);
      const r = slowest(rate, momentum, kappa);
      const path = trajectory(rate, momentum, kappa, STEPS);
      const seen = path.slice(0, now + 1);
      const heights = path.map((p) => loss(p, kappa) / loss(path[0], kappa));
      const near = Math.log(r) / Math.log(bestFactor);
      const share = E.linspace(0, TOP.momentum, 60);
      const lines = [
        { line: true, x: share.map((b) => 2 * (1 + b)), y: share, colour: "ink", label: "the edge, ηΛ = 2(1 + β)" },
        { line: true, x: share.map((b) => (1 - Math.sqrt(b)) ** 2 * kappa), y: share, colour: "ink", dash: 2, label: "to the right of it the shallow direction swings" },
      ];
      const best = reveal.value ? [{ points: true, x: [bestRate], y: [bestMomentum], colour: 4, size: 7, label: "best point" }] : [];
      plane.draw([...lines, ...best], `At rate ${E.format(rate)} and momentum ${E.format(momentum)} the error changes by a factor ${E.format(r)} a step.`);
      const last = seen.at(-1);
      valley.draw([
        ...rings.map((ring) => ellipse(ring, kappa)),
        { line: true, x: seen.map((p) => p[0]), y: seen.map((p) => p[1]), colour: 0, width: 1.6 },
        { points: true, x: seen.map((p) => p[0]), y: seen.map((p) => p[1]), colour: 0, size: 2.5 },
        { points: true, x: [0], y: [0], colour: "ink", size: 3 },
        { points: true, x: [last[0]], y: [last[1]], colour: 1, size: 8 },
      ], `After ${now} steps the run is at ${E.format(last[0])} in the shallow and ${E.format(last[1])} in the steep direction.`);
      fall.draw([{ line: true, x: heights.map((_, t) => t), y: heights.map((v) => Math.max(v, 1e-12)), colour: 0 },
        { vline: now, colour: 1 }], `The loss after ${STEPS} steps is ${E.format(heights.at(-1))} of its start.`);
      factor.set(r >= 1 ? `${E.format(r, 4)}: diverges` : E.format(r, 4));
      needed.set(r >= 1 ? "never" : String(Math.ceil(Math.log(1e-3) / Math.log(r))));
      goal.set(`${Math.ceil(Math.log(1e-3) / Math.log(bestFactor))} steps`);
      verdict.set(r >= 1 ? "none: the loss grows" : `${Math.round(100 * near)} %`);
      tasks.check({ r, near });
    });
  });
}
