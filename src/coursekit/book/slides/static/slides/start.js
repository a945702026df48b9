// Starts the deck.  Keys belong to an explorable while it has the focus.
"use strict";

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.03,
  center: false,
  hash: true,
  navigationMode: "linear",
  slideNumber: "c/t",
  transition: "none",
  backgroundTransition: "none",
  pdfSeparateFragments: false,
  keyboardCondition: () => !document.activeElement?.closest(".td-live"),
  plugins: [RevealNotes],
});

// Reveal hears no key while a field has the focus; one that was chosen by mouse gives it back.
document.addEventListener("click", (event) => {
  const field = event.target.closest?.("input[type=radio]");
  if (field && event.detail > 0) field.blur();
});
