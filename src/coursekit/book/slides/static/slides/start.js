// Starts the deck.  Keys belong to an explorable while it has the focus.
"use strict";

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.03,
  center: false,
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  backgroundTransition: "none",
  pdfSeparateFragments: false,
  keyboardCondition: () => !document.activeElement?.closest(".td-live"),
  plugins: [RevealNotes],
});
