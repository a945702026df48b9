/* Shared drawing helpers for the explorables of the book.  Plain JavaScript, no library, no imports.

A full component, `book/_static/decay.js`, put in a page with ```{explorable} decay``` (topics begin with one: `course new`):

  globalThis.TD = globalThis.TD || {};
  TD.decay = {                                   // 1. the computation: no page, no DOM; a test runs it in any JS engine
    loss: (rate, steps) => Array.from({ length: steps + 1 }, (_, t) => (1 - rate) ** (2 * t)),
  };
  if (typeof customElements !== "undefined") {   // 2. the element: only in a browser
    Explorable.define("td-decay", (ui) => {
      const rate = ui.slider({ label: "learning rate", min: 1e-3, max: 1.9, value: 0.1, log: true });
      const final = ui.readout("loss after 50 steps");
      const plot = ui.plot({ x: { label: "step" }, y: { label: "loss", log: true, min: 1e-8, max: 10 } });
      ui.update(() => {                          // runs now, and again after every change of a control or a handle
        const y = TD.decay.loss(rate.value, 50);
        const x = y.map((_, t) => t);
        plot.draw([{ line: true, x, y, label: "gradient descent" }, { points: true, x: [50], y: [y[50]] }],
                  `The loss goes from 1 to ${Explorable.format(y[50])} in 50 steps.`);
        final.set(Explorable.format(y[50]));
      });
    });
  }

API
  Explorable.define(tag, build)      register <td-…>; build(ui, element) runs once, when the element first comes near the screen
  ui.slider({label, min, max, value, step?, log?, format?, unit?}) -> {value, set(v)}   log: the track is logarithmic
  ui.select({label, options: [[value, text], …], value?}) -> {value, set(v)}
  ui.choice({label, options: [item or [item, text], …], value?, format?}) -> {value, set(item)}
      one of a few, all in sight, for the values that were computed; `value` is the list's own item, so a number stays one
  ui.checkbox({label, value?}) -> {value, set(v)}
  ui.button({label, onclick})        the update function runs after onclick
  ui.another({label}) -> {value}     a button that counts 0, 1, 2, …, for the seed of what is drawn anew
  ui.readout(label) -> {set(text)}   a named number, read out politely by screen readers
  ui.tasks([{text, found(shown), way, told}, …]) -> {check(shown)}   what to find; `check` at every update: where the reader
      rests half a second at what `found` says, `told` says why it is so.  `way` is {label: value, …} of the controls, in order,
      for one answer: the button "Show me" goes there, and a test goes there for every explorable
  ui.plot({x: axis, y: axis, height?, title?}) -> plot
      axis = {label, unit?, log?, min?, max?}   without min or max the axis follows what is drawn
  plot.draw(marks, description)      description: what is seen now, in a sentence (the text alternative)
      {line: true, x, y, label?, colour?, dash?, width?}     x, y: arrays; values that are not finite break the line
      {band: true, x, low, high, label?, colour?}            {points: true, x, y, label?, colour?, size?}
      {vline: x, label?, colour?}   {hline: y, label?, colour?}   {text: "…", x, y, colour?}
      colour: 0…5 from the book's cycle (default: the mark's place), or "ink" or "muted"; dash: 0 (solid) … 3
  plot.handle({label, x, y, move: "x"|"y"|"xy", step?, format?}) -> {x, y, set(x, y)}
      a point to drag, or to move with the arrow keys (Shift: ten steps; Home, End); stays inside the axes
  ui.update(draw)                    give the drawing function, after all controls
  ui.animate(step, seconds) -> stop  calls step(fraction 0…1) each frame; only step(1) when the reader asks for less motion
  Explorable.format(number, digits = 3)   0.0123, 1,797, 6.7×10⁻¹⁰, as the book prints numbers
  Explorable.linspace(a, b, n), Explorable.logspace(a, b, n)   n values from a to b
What controls, handles and `another` hold stands in the page's address once it differs from the beginning, and is taken over from there.
Colours come from CSS variables (--td-c0 … --td-c5, --td-ink, --td-muted), so both themes work. */
globalThis.Explorable = (() => {
  "use strict";
  const DASHES = ["", "7 4", "2 3", "8 3 2 3"];
  const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
  const linspace = (a, b, n) => Array.from({ length: n }, (_, i) => (n === 1 ? a : a + ((b - a) * i) / (n - 1)));
  const logspace = (a, b, n) => linspace(Math.log(a), Math.log(b), n).map(Math.exp);
  let serial = 0;

  function format(value, digits = 3) {
    if (value === 0) return "0";
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
    const exponent = Math.floor(Math.log10(Math.abs(value)));
    if (exponent > -4 && exponent < 5) {
      const text = value.toFixed(clamp(digits - 1 - exponent, 0, 20));
      const [whole, part] = (text.includes(".") ? text.replace(/\.?0+$/, "") : text).split(".");
      return (whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "")).replace("-", "−");
    }
    return `${(value / 10 ** exponent).toFixed(Math.max(digits - 2, 0))}×10${superscript(exponent)}`.replace("-", "−");
  }

  const superscript = (n) => String(n).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

  function ticks(low, high, wanted) {
    const rough = (high - low) / Math.max(wanted, 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  function logTicks(low, high, wanted) {
    const a = Math.ceil(Math.log10(low) - 1e-9);
    const b = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((b - a + 1) / wanted));
    if (b - a < 1) return ticks(low, high, wanted).filter((v) => v > 0);
    return Array.from({ length: Math.floor((b - a) / every) + 1 }, (_, i) => 10 ** (a + i * every));
  }

  function tickText(value, log) {
    const exponent = Math.log10(value);
    if (log && Math.abs(exponent - Math.round(exponent)) < 1e-9 && Math.abs(exponent) > 2.5) {
      return `10${superscript(Math.round(exponent))}`;
    }
    return format(value, 4);
  }

  /** The values that an axis has to hold, as [low, high]. */
  function extent(marks, key, axis) {
    const values = marks.flatMap((m) => (key === "x"
      ? [...(m.vline !== undefined ? [m.vline] : []), ...[m.x ?? []].flat()]
      : [...(m.hline !== undefined ? [m.hline] : []), ...[m.y ?? []].flat(), ...(m.low ?? []), ...(m.high ?? [])]));
    const good = values.filter((v) => Number.isFinite(v) && (!axis.log || v > 0));
    let low = axis.min ?? good.reduce((a, b) => Math.min(a, b), Infinity);
    let high = axis.max ?? good.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!(low < high)) [low, high] = axis.log ? [(good[0] ?? 1) / 2, (good[0] ?? 1) * 2] : [(good[0] ?? 0) - 1, (good[0] ?? 0) + 1];
    if (key === "y" && !axis.log) {
      const pad = (high - low) * 0.05;
      if (axis.min === undefined) low -= pad;
      if (axis.max === undefined) high += pad;
    }
    return [low, high];
  }

  function scale([low, high], [from, to], log) {
    const f = log ? Math.log : (v) => v;
    const span = f(high) - f(low);
    const forward = (v) => (log && v <= 0 ? NaN : from + ((f(v) - f(low)) / span) * (to - from));
    forward.invert = (p) => {
      const t = f(low) + ((p - from) / (to - from)) * span;
      return clamp(log ? Math.exp(t) : t, low, high);
    };
    return forward;
  }

  function path(xs, ys) {
    let pen = "M";
    let d = "";
    for (let i = 0; i < xs.length; i += 1) {
      if (Number.isFinite(xs[i]) && Number.isFinite(ys[i])) {
        d += `${pen}${xs[i].toFixed(2)} ${clamp(ys[i], -1e5, 1e5).toFixed(2)}`;
        pen = "L";
      } else pen = "M";
    }
    return d;
  }

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function shape(name, attributes = {}, text = "") {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    return node;
  }

  const colourOf = (mark, i) => {
    const c = mark.colour ?? (mark.vline !== undefined || mark.hline !== undefined || mark.text ? "muted" : i % 6);
    return typeof c === "number" ? `var(--td-c${c % 6})` : `var(--td-${c})`;
  };

  return { define, format, linspace, logspace, ticks, logTicks, extent, scale, path, tickText, clamp,
           DASHES, element, shape, colourOf, nextId: () => `td-${(serial += 1)}` };

  function define(tag, build) {
    if (customElements.get(tag)) return;
    customElements.define(tag, class extends HTMLElement {
      connectedCallback() {
        if (this.built) return;
        this.built = true;
        const start = () => {
          this.replaceChildren();                // the sentence for readers without JavaScript
          this.classList.add("td-explorable");
          build(new Explorable.UI(this), this);
        };
        if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => whenNear(this, start));
        else whenNear(this, start);
      }
    });
  }

  /** Calls `start` when the element is on the screen or comes near, or the page is printed. */
  function whenNear(element, start) {
    element.classList.add("td-waiting");
    const once = () => {
      observer.disconnect();
      removeEventListener("beforeprint", once);
      element.classList.remove("td-waiting");
      start();
    };
    const observer = new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) once(); }, { rootMargin: "1200px 0px" });
    observer.observe(element);
    addEventListener("beforeprint", once);
    if (!element.checkVisibility()) once();      // on a slide that waits for its turn: it has no place to come near from
  }
})();
