/* A magnet's free energy with a ball in it: temperature and field move the landscape, the ball rolls, and remembers.
Its twin in Python, phase_transitions/explorable.py, finds resting places as roots; here the ball takes small steps. */
globalThis.TD = globalThis.TD || {};
TD.phase_transitions = (() => {
  "use strict";
  const EDGE = 1 - 1e-12;

  function check(temperature) {
    if (!(temperature > 0)) throw new RangeError(`temperature must be > 0, got ${temperature}`);
  }

  /** Energy −m²/2 − hm minus temperature times entropy, a spin. */
  function freeEnergy(m, temperature, field) {
    check(temperature);
    const part = (p) => (p > 0 ? p * Math.log(p) : 0);
    return -(m * m) / 2 - field * m + temperature * (part((1 + m) / 2) + part((1 - m) / 2));
  }

  /** The field that holds the magnetisation m still. */
  const fieldAt = (m, temperature) => (temperature / 2) * Math.log((1 + m) / (1 - m)) - m;

  /** The size of the field at which a state against it stops existing. */
  function spinodal(temperature) {
    check(temperature);
    return temperature < 1 ? -fieldAt(Math.sqrt(1 - temperature), temperature) : 0;
  }

  const speed = (m, temperature, field) => Math.tanh((m + field) / temperature) - m;

  /** The way of the ball from m to rest: growing steps of dm/dt, then bisection once it turns. */
  function roll(m, temperature, field) {
    check(temperature);
    const path = [m];
    const direction = Math.sign(speed(m, temperature, field));
    if (direction === 0) return path;
    let now = m;
    for (let i = 0; i < 20000; i += 1) {
      const v = speed(now, temperature, field);
      if (Math.abs(v) < 1e-13) break;
      const next = Math.max(-EDGE, Math.min(EDGE, now + 0.2 * v));
      if (Math.abs(next - now) > 1e-3 || i % 10 === 0) path.push(next);
      now = next;
    }
    path.push(now);
    return path;
  }

  const rest = (m, temperature, field) => roll(m, temperature, field).at(-1);

  /** Where the ball rests at each field in turn. */
  function cycle(temperature, fields, start = 1) {
    let m = Math.max(-EDGE, Math.min(EDGE, start));
    return fields.map((field) => { m = rest(m, temperature, field); return m; });
  }

  /** How many resting places the landscape has. */
  const states = (temperature, field) => (Math.abs(field) < spinodal(temperature) ? 2 : 1);

  return { freeEnergy, fieldAt, spinodal, roll, rest, cycle, states };
})();

if (typeof customElements !== "undefined") {
  Explorable.define("td-phase_transitions", (ui) => {
    const { freeEnergy, fieldAt, spinodal, roll, rest, cycle, states } = TD.phase_transitions;
    const TOP = 0.4;
    const ms = Explorable.linspace(-0.999, 0.999, 241);
    const temperature = ui.slider({ label: "temperature, T", min: 0.5, max: 1.4, step: 0.01, value: 0.7 });
    const field = ui.slider({ label: "field, h (the tilt)", min: -TOP, max: TOP, step: 0.005, value: 0 });
    let [trail, stop] = [{ x: [], y: [] }, () => {}];
    let m = rest(0.9, temperature.value, 0);
    ui.button({ label: "Sweep the field", onclick: () => sweep() });
    ui.button({ label: "Clear the trail", onclick: () => { trail = { x: [], y: [] }; } });
    const shown = ui.readout("magnetisation, m");
    const kind = ui.readout("the ball's state");
    const limit = ui.readout("field at which a state against it disappears");
    const top = ui.plot({ x: { label: "magnetisation, m", min: -1, max: 1 }, y: { label: "free energy a spin" } });
    const bottom = ui.plot({ x: { label: "field, h", min: -TOP, max: TOP }, y: { label: "magnetisation, m", min: -1.05, max: 1.05 } });
    const ball = top.handle({ label: "Ball: push it", x: m, y: freeEnergy(m, temperature.value, 0), move: "x", step: 0.02 });
    let placed = m;

    function place(value) {
      m = value;
      placed = value;
      ball.x = value;
      ball.y = freeEnergy(value, temperature.value, field.value);
    }

    function note(h, value) {
      trail.x.push(h);
      trail.y.push(value);
      if (trail.x.length > 900) trail = { x: trail.x.slice(-900), y: trail.y.slice(-900) };
    }

    function told() {
      if (states(temperature.value, field.value) === 1) return "the only one";
      if (Math.abs(field.value) < 1e-9) return "one of two, equally deep";
      return m * field.value > 0 ? "stable, the deeper of two" : "metastable: a deeper one exists";
    }

    function draw() {
      const [T, h] = [temperature.value, field.value];
      const y = ms.map((v) => freeEnergy(v, T, h));
      const curve = ms.filter((v) => Math.abs(fieldAt(v, T)) <= TOP);
      top.draw([{ line: true, x: ms, y, label: "free energy", colour: 0 }],
        `A landscape with ${states(T, h)} resting place${states(T, h) > 1 ? "s" : ""}; the ball is at ${Explorable.format(m, 3)}, ${told()}.`);
      const marks = [
        { line: true, x: curve.map((v) => fieldAt(v, T)), y: curve, label: "mean field, all solutions", colour: "muted", dash: 1 },
        { line: true, x: trail.x, y: trail.y, label: "the ball's trail", colour: 1 },
        { points: true, x: [h], y: [m], size: 7, colour: 0 },
      ];
      const h_s = spinodal(T);
      bottom.draw(h_s > 0 ? [...marks, { vline: h_s, colour: "muted" }, { vline: -h_s, colour: "muted" }] : marks,
        `Magnetisation over field: the ball is at m = ${Explorable.format(m, 3)}; states against the field end at ${Explorable.format(h_s, 3)}.`);
      tasks.check();
      shown.set(Explorable.format(m, 3));
      kind.set(told());
      limit.set(h_s > 0 ? Explorable.format(h_s, 3) : "none: T is above 1");
    }

    let sweeping = null;   // the temperature that a sweep under way was begun at

    function sweep() {
      stop();
      const fields = [...Explorable.linspace(TOP, -TOP, 161), ...Explorable.linspace(-TOP, TOP, 161)];
      const path = cycle(temperature.value, fields);
      trail = { x: [], y: [] };
      sweeping = temperature.value;
      let done = 0;
      const advance = (f) => {
        const until = Math.max(done + 1, Math.round(f * fields.length));
        for (; done < Math.min(until, fields.length); done += 1) note(fields[done], path[done]);
        field.set(fields[done - 1]);
        place(path[done - 1]);
      };
      advance(0);
      stop = ui.animate(advance, 5);
    }

    const tasks = ui.tasks([
      { text: "Hold the ball in a state although a deeper one exists.",
        found: () => told().startsWith("metastable"),
        way: { "temperature, T": 0.7, "field, h (the tilt)": 0.06, "Ball: push it x": -0.85 },
        told: "below T = 1 a state against the field lives on until the field has taken its barrier away." },
      { text: "Find the temperature at which a field of 0.1 is just enough to end the state against it.",
        found: () => Math.abs(spinodal(temperature.value) / 0.1 - 1) < 0.06,
        way: { "temperature, T": 0.73 },
        told: "the colder, the larger the field that a state against it survives; at T = 1 it survives none." },
    ]);
    ui.update(() => {
      if (sweeping === temperature.value && trail.x.at(-1) === field.value && ball.x === placed) { draw(); return; }
      sweeping = null;
      stop();
      if (ball.x !== placed) m = Math.max(-0.999, Math.min(0.999, ball.x));
      const way = roll(m, temperature.value, field.value);
      stop = ui.animate((f) => {
        const value = way[Math.min(way.length - 1, Math.round(f * (way.length - 1)))];
        place(value);
        note(field.value, value);
        draw();
      }, way.length > 4 ? 0.7 : 0.05);
    });
  });
}
