/* The controls and the plot of explorables.  The API is described at the top of _explorable.js, which is loaded first. */
(() => {
  "use strict";
  const E = globalThis.Explorable;
  const { element, shape } = E;

  E.UI = class UI {
    constructor(host) {
      this.host = host;
      this.controls = element("div", { class: "td-controls" });
      this.readouts = element("dl", { class: "td-readouts", "aria-live": "polite" });
      host.append(this.controls);
      this.plots = [];
      this.puts = new Map();   // what moves a control, by its label, to a value that a hand could give it
      this.address = new E.Address(host.localName.replace(/^td-/, ""));
      this.run = () => {};
    }

    changed() {
      if (this.waiting) return;
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        this.run();
        this.address.changed();
      });
    }

    update(draw) {
      this.run = draw;
      draw();
    }

    /** Moves the control or handle of this label, as a hand would. */
    put(label, value) {
      if (!this.puts.has(label)) throw new RangeError(`no control is called ${label}; there are ${[...this.puts.keys()].join(", ")}`);
      this.puts.get(label)(value);
      this.run();
      this.address.changed();
    }

    slider({ label, min, max, value, step, log = false, format = E.format, unit = "" }) {
      const id = E.nextId();
      const [from, to] = log ? [Math.log(min), Math.log(max)] : [min, max];
      const input = element("input", { type: "range", id, min: from, max: to, step: log ? (to - from) / 400 : (step ?? (to - from) / 200) });
      const output = element("output", { for: id });
      this.controls.append(element("div", { class: "td-control" }, element("label", { for: id }, label), input, output));
      const control = { value, set: (v) => { input.value = log ? Math.log(v) : v; show(v); this.changed(); } };
      const show = (v) => {
        control.value = v;
        output.textContent = `${format(v)}${unit ? ` ${unit}` : ""}`;
        input.setAttribute("aria-valuetext", output.textContent);
      };
      input.value = log ? Math.log(value) : value;
      show(value);
      const take = () => show(log ? Math.exp(Number(input.value)) : Number(input.value));
      input.addEventListener("input", () => { take(); this.changed(); });
      this.puts.set(label, (v) => { input.value = log ? Math.log(v) : v; take(); });
      this.address.keep(label, () => tidy(control.value), (text) => {
        const v = E.Address.number(text, min, max);
        input.value = log ? Math.log(v) : v;
        show(step && !log ? Number(input.value) : v);
      });
      return control;
    }

    select({ label, options, value }) {
      const id = E.nextId();
      const input = element("select", { id }, ...options.map(([v, text]) => element("option", { value: v }, text)));
      if (value !== undefined) input.value = value;
      this.controls.append(element("div", { class: "td-control" }, element("label", { for: id }, label), input));
      const control = { value: input.value, set: (v) => { input.value = v; control.value = v; this.changed(); } };
      input.addEventListener("change", () => control.set(input.value));
      this.puts.set(label, (v) => { input.value = v; control.value = input.value; });
      this.address.keep(label, () => control.value, (text) => {
        if (!options.some(([v]) => String(v) === text)) throw new RangeError(`${label}: ${text} is not among the options`);
        input.value = text;
        control.value = input.value;
      });
      return control;
    }

    choice({ label, options, value, format = E.format }) {
      const name = E.nextId();
      const pairs = options.map((option) => (Array.isArray(option) ? option : [option, format(option)]));
      const control = { value: value ?? pairs[0][0], set: (v) => { take(v); this.changed(); } };
      const inputs = pairs.map(() => element("input", { type: "radio", name }));
      const take = (v) => {
        const place = pairs.findIndex(([item]) => item === v);
        if (place < 0) throw new RangeError(`${label}: ${v} is not among ${pairs.map(([item]) => item).join(", ")}`);
        inputs[place].checked = true;
        control.value = v;
      };
      take(control.value);
      inputs.forEach((input, i) => input.addEventListener("change", () => control.set(pairs[i][0])));
      this.puts.set(label, take);
      this.address.keep(label, () => String(control.value), (text) => take(pairs.find(([item]) => String(item) === text)?.[0]));
      const labels = inputs.map((input, i) => element("label", {}, input, pairs[i][1]));
      this.controls.append(element("fieldset", { class: "td-choice" }, element("legend", {}, label), ...labels));
      return control;
    }

    checkbox({ label, value = false }) {
      const id = E.nextId();
      const input = element("input", { type: "checkbox", id });
      input.checked = value;
      this.controls.append(element("div", { class: "td-control td-check" }, input, element("label", { for: id }, label)));
      const control = { value, set: (v) => { input.checked = v; control.value = v; this.changed(); } };
      input.addEventListener("change", () => control.set(input.checked));
      this.puts.set(label, (v) => { input.checked = control.value = v; });
      this.address.keep(label, () => (control.value ? "yes" : "no"), (text) => {
        if (text !== "yes" && text !== "no") throw new RangeError(`${label}: ${text} is neither yes nor no`);
        input.checked = control.value = text === "yes";
      });
      return control;
    }

    button({ label, onclick }) {
      const node = element("button", { type: "button", class: "td-button" }, label);
      this.controls.append(node);
      node.addEventListener("click", () => {
        onclick();
        this.changed();
      });
      return node;
    }

    another({ label }) {
      const control = { value: 0 };
      this.button({ label, onclick: () => { control.value += 1; } });
      this.puts.set(label, (v) => { control.value = v; });
      this.address.keep(label, () => String(control.value), (text) => { control.value = Math.round(E.Address.number(text, 0, 1e6)); });
      return control;
    }

    readout(label) {
      const value = element("dd");
      if (!this.readouts.parentNode) this.host.append(this.readouts);
      this.readouts.append(element("div", {}, element("dt", {}, label), value));
      return { set: (text) => { if (value.textContent !== String(text)) value.textContent = text; } };
    }

    tasks(list) {
      const title = element("p", { class: "td-tasks-title", id: E.nextId() }, "To find");
      const helped = new Set();
      const marks = list.map(() => element("span", { class: "td-told" }));
      const items = list.map(({ text, way }, i) => {
        const question = element("span", { id: E.nextId() }, text);
        const help = element("button", { type: "button", class: "td-show", "aria-describedby": question.id }, "Show me");
        help.addEventListener("click", () => {
          helped.add(i);
          for (const [label, value] of Object.entries(way)) this.put(label, value);
        });
        return element("li", {}, question, " ", help, " ", marks[i]);
      });
      this.host.append(title, element("ol", { class: "td-tasks", "aria-labelledby": title.id, "aria-live": "polite" }, ...items));
      const look = (shown) => list.forEach(({ found, told }, i) => {
        if (marks[i].textContent || !found(shown)) return;
        items[i].classList.add("td-found");
        marks[i].textContent = `${helped.has(i) ? "One way" : "You found it"}: ${told}`;
      });
      let waiting;
      return { check: (shown) => { clearTimeout(waiting); waiting = setTimeout(() => look(shown), 500); } };   // passing by is not finding
    }

    plot(options) {
      const plot = new Plot(this, options);
      this.plots.push(plot);
      return plot;
    }

    animate(step, seconds) {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        step(1);
        return () => {};
      }
      let running = true;
      let start;
      const frame = (now) => {
        if (!running) return;
        start ??= now;
        const fraction = Math.min((now - start) / (1000 * seconds), 1);
        step(fraction);
        if (fraction < 1) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      return () => { running = false; };
    }
  };

  class Plot {
    constructor(ui, { x, y, height = 300, title = "" }) {
      Object.assign(this, { ui, axes: { x, y }, height, marks: [], handles: [], description: title });
      const figure = element("div", { class: "td-plot" });
      if (title) figure.append(element("p", { class: "td-plot-title" }, title));
      this.svg = shape("svg", { role: "group" });
      this.clip = E.nextId();
      this.still = shape("g", { "aria-hidden": "true" });
      this.moving = shape("g");
      this.svg.append(this.still, this.moving);
      this.legend = element("ul", { class: "td-legend" });
      figure.append(this.svg, this.legend);
      ui.host.append(figure);
      new ResizeObserver(() => { if (figure.clientWidth !== this.width) this.render(); }).observe(figure);
      this.figure = figure;
    }

    draw(marks, description) {
      this.marks = marks.map((mark) => ({ ...mark, ...lists(mark) }));
      this.description = description ?? this.description;
      this.render();
    }

    render() {
      this.width = this.figure.clientWidth || 600;
      const height = Math.round(Math.min(this.height, Math.max(220, 0.75 * this.width)));
      const box = { left: 62, right: this.width - 12, top: 10, bottom: height - 46 };
      const { x, y } = this.axes;
      const shown = [...this.marks, ...this.handles.map((h) => ({ x: h.x, y: h.y }))];
      this.x = E.scale(E.extent(shown, "x", x), [box.left, box.right], x.log);
      this.y = E.scale(E.extent(shown, "y", y), [box.bottom, box.top], y.log);
      this.svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
      this.svg.setAttribute("aria-label", this.description);
      const clip = shape("clipPath", { id: this.clip });
      clip.append(shape("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top }));
      const inside = shape("g", { "clip-path": `url(#${this.clip})` });
      this.marks.forEach((mark, i) => inside.append(...this.mark(mark, i, box)));
      this.still.replaceChildren(clip, ...this.frame(box, height), inside);
      this.legend.replaceChildren(...this.marks.map((m, i) => [m, i]).filter(([m]) => m.label).map(([m, i]) => key(m, i)));
      this.handles.forEach((h) => h.place());
    }

    frame(box, height) {
      const { x, y } = this.axes;
      const name = (axis) => axis.label + (axis.unit ? ` (${axis.unit})` : "");
      const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
      const nodes = [
        shape("text", { x: middle.x, y: height - 6, class: "td-axis-name", "text-anchor": "middle" }, name(x)),
        shape("text", { transform: `translate(14 ${middle.y}) rotate(-90)`, class: "td-axis-name", "text-anchor": "middle" }, name(y)),
        shape("path", { class: "td-axis", d: `M${box.left} ${box.top}V${box.bottom}H${box.right}` }),
      ];
      for (const v of this.ticks("x", Math.floor((box.right - box.left) / 80))) {
        nodes.push(shape("path", { class: "td-grid", d: `M${this.x(v)} ${box.top}V${box.bottom}` }));
        nodes.push(shape("text", { x: this.x(v), y: box.bottom + 17, class: "td-tick", "text-anchor": "middle" }, E.tickText(v, x.log)));
      }
      for (const v of this.ticks("y", Math.floor((box.bottom - box.top) / 40))) {
        nodes.push(shape("path", { class: "td-grid", d: `M${box.left} ${this.y(v)}H${box.right}` }));
        nodes.push(shape("text", { x: box.left - 7, y: this.y(v) + 4, class: "td-tick", "text-anchor": "end" }, E.tickText(v, y.log)));
      }
      return nodes;
    }

    ticks(which, wanted) {
      const ends = which === "x" ? [this.x.invert(-1e9), this.x.invert(1e9)] : [this.y.invert(1e9), this.y.invert(-1e9)];
      return (this.axes[which].log ? E.logTicks : E.ticks)(...ends, Math.max(wanted, 2));
    }

    mark(mark, i, box) {
      const colour = E.colourOf(mark, i);
      const dash = E.DASHES[mark.dash ?? 0];
      const stroke = { style: `stroke:${colour}`, fill: "none", "stroke-dasharray": dash, "stroke-width": mark.width ?? 2.2 };
      if (mark.vline !== undefined) return [shape("path", { ...stroke, d: `M${this.x(mark.vline)} ${box.top}V${box.bottom}`, "stroke-dasharray": dash || "4 4" })];
      if (mark.hline !== undefined) return [shape("path", { ...stroke, d: `M${box.left} ${this.y(mark.hline)}H${box.right}`, "stroke-dasharray": dash || "4 4" })];
      if (mark.text) return [shape("text", { x: this.x(mark.x), y: this.y(mark.y), style: `fill:${colour}`, class: "td-note" }, mark.text)];
      const xs = mark.x.map(this.x);
      if (mark.points) {
        const ys = mark.y.map(this.y);
        return xs.flatMap((px, j) => (Number.isFinite(px) && Number.isFinite(ys[j])
          ? [shape("circle", { cx: px, cy: ys[j], r: mark.size ?? 4, style: `fill:${colour}` })] : []));
      }
      if (mark.band) {
        const outline = E.path([...xs, ...xs.toReversed()], [...mark.low.map(this.y), ...mark.high.map(this.y).toReversed()]);
        return [shape("path", { d: `${outline}Z`, style: `fill:${colour}`, "fill-opacity": 0.22 })];
      }
      return [shape("path", { ...stroke, d: E.path(xs, mark.y.map(this.y)), "stroke-linejoin": "round" })];
    }

    handle({ label, x, y, move = "xy", step = 0.01, format = E.format }) {
      const handle = { x, y };
      const free = { x: move.includes("x"), y: move.includes("y") };
      const node = shape("circle", { r: 9, tabindex: 0, role: "slider", class: "td-handle", "aria-label": label });
      const reach = shape("circle", { r: 22, class: "td-handle-reach", "aria-hidden": "true" });   // what a finger hits
      const grip = shape("g", { class: "td-grip" });
      grip.append(reach, node);
      const ends = (w) => (w === "x" ? [this.x.invert(-1e9), this.x.invert(1e9)] : [this.y.invert(1e9), this.y.invert(-1e9)]);
      handle.place = () => {
        for (const circle of [reach, node]) {
          circle.setAttribute("cx", this.x(handle.x));
          circle.setAttribute("cy", this.y(handle.y));
        }
        const which = free.x ? "x" : "y";
        const [low, high] = ends(which);
        const text = ["x", "y"].filter((w) => free[w]).map((w) => `${this.axes[w].label} ${format(handle[w])}`).join(", ");
        for (const [k, v] of Object.entries({ valuemin: low, valuemax: high, valuenow: handle[which], valuetext: text })) node.setAttribute(`aria-${k}`, v);
      };
      handle.set = (nx, ny) => {
        if (free.x) handle.x = E.clamp(nx, ...ends("x"));
        if (free.y) handle.y = E.clamp(ny, ...ends("y"));
        handle.place();
        this.ui.changed();
      };
      const nudge = (which, amount) => {
        const [low, high] = ends(which);
        const moved = this.axes[which].log ? handle[which] * (high / low) ** (amount * step) : handle[which] + (high - low) * amount * step;
        handle.set(which === "x" ? moved : handle.x, which === "y" ? moved : handle.y);
      };
      node.addEventListener("keydown", (event) => {
        const size = event.shiftKey ? 10 : 1;
        const across = free.x ? "x" : "y";
        const up = free.y ? "y" : "x";
        const keys = { ArrowLeft: [across, -size], ArrowRight: [across, size], ArrowDown: [up, -size], ArrowUp: [up, size], Home: [across, -1 / step], End: [across, 1 / step] };
        if (!keys[event.key]) return;
        event.preventDefault();
        nudge(...keys[event.key]);
      });
      grip.addEventListener("pointerdown", (event) => { event.preventDefault(); node.focus(); grip.setPointerCapture(event.pointerId); });
      grip.addEventListener("pointermove", (event) => {
        if (!grip.hasPointerCapture(event.pointerId)) return;
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
        handle.set(this.x.invert(at.x), this.y.invert(at.y));
      });
      this.moving.append(grip);
      const number = (text, { min, max, log }) => E.Address.number(text, min ?? (log ? Number.MIN_VALUE : undefined), max);
      for (const w of ["x", "y"].filter((which) => free[which])) {
        this.ui.puts.set(`${label} ${w}`, (v) => handle.set(w === "x" ? v : handle.x, w === "y" ? v : handle.y));
        this.ui.address.keep(`${label} ${w}`, () => tidy(handle[w]), (text) => { handle[w] = number(text, this.axes[w]); });
      }
      this.handles.push(handle);
      return handle;
    }
  }

  const tidy = (value) => String(Number(value.toPrecision(8)));   // as short as it can be in an address

  /** The data of a mark as plain arrays, whatever array type the computation used. */
  function lists(mark) {
    const names = ["x", "y", "low", "high"].filter((name) => mark[name] !== undefined && typeof mark[name] !== "number");
    return Object.fromEntries(names.map((name) => [name, Array.from(mark[name])]));
  }

  function key(mark, i) {
    const swatch = shape("svg", { width: 26, height: 10, "aria-hidden": "true" });
    const style = `stroke:${E.colourOf(mark, i)};fill:${mark.band || mark.points ? E.colourOf(mark, i) : "none"}`;
    if (mark.points) swatch.append(shape("circle", { cx: 13, cy: 5, r: 4, style }));
    else if (mark.band) swatch.append(shape("rect", { width: 26, height: 10, style, opacity: 0.35 }));
    else swatch.append(shape("path", { d: "M0 5H26", style, "stroke-width": 2.5, "stroke-dasharray": E.DASHES[mark.dash ?? 0] || (mark.vline !== undefined || mark.hline !== undefined ? "4 4" : "") }));
    return element("li", {}, swatch, ` ${mark.label}`);
  }
})();
