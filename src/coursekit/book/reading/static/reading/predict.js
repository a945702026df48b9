/* A question to predict gets a place for the answer, and the figure that gives it away waits until the answer is opened. */
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const FAR = 3;                                  // how many elements after the question the figure may stand
  const RATINGS = ["right", "in part", "wrong"];

  function make(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  /** The figure that answers: the first after the question, unless a heading or another question comes before. */
  function figureAfter(box) {
    let node = box.nextElementSibling;
    for (let step = 0; node && step < FAR; step += 1, node = node.nextElementSibling) {
      if (node.matches("section, h2, h3, .td-predict")) return null;
      const figure = node.matches("figure.dynfig") ? node : node.querySelector("figure.dynfig");
      if (figure) return figure;
    }
    return null;
  }

  function hold(figure, open) {
    // no stop of the Tab key: the keyboard comes from the answer just before, which shows the figure, too
    const button = make("button", { type: "button", class: "td-button", tabindex: "-1" }, "Show the figure");
    const cover = make("div", { class: "td-cover" }, make("p", {}, "This figure answers the question above. Predict first, then open the answer."), button);
    figure.classList.add("td-held");
    figure.prepend(cover);
    button.addEventListener("click", open);
    return () => { figure.classList.remove("td-held"); cover.remove(); };
  }

  function rating(name, state, save) {
    const set = make("fieldset", { class: "td-rating" }, make("legend", {}, "Your prediction was"));
    for (const value of RATINGS) {
      const input = make("input", { type: "radio", name, value });
      input.checked = state.rating === value;
      input.addEventListener("change", () => save({ rating: value }));
      set.append(make("label", {}, input, value));
    }
    return set;
  }

  function prepare(box, index) {
    const details = box.querySelector("details");
    if (!details) return;
    const name = `predict-${index + 1}`;
    let state = TDRead.kept.read(name) ?? {};
    const save = (change) => { state = { ...state, ...change }; TDRead.kept.write(name, state); };
    const area = make("textarea", { rows: "2", id: `${name}-text`, placeholder: "a word or a line, kept in this browser" });
    area.value = state.text ?? "";
    area.addEventListener("input", () => save({ text: area.value }));
    details.before(make("label", { for: area.id }, "I predict"), area);
    const figure = figureAfter(box);
    let reveal = null;
    const open = () => {
      reveal?.();
      reveal = null;
      if (!state.open) save({ open: true });
      if (!details.querySelector(".td-rating")) details.append(rating(name, state, save));
    };
    if (figure && !state.open) reveal = hold(figure, () => { details.open = true; });
    details.addEventListener("toggle", () => { if (details.open) open(); });
    addEventListener("beforeprint", () => reveal?.());
  }

  document.querySelectorAll(".td-predict").forEach(prepare);
});
