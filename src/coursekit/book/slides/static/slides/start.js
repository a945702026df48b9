// Starts the deck.  Keys belong to an explorable while it has the focus.
"use strict";

const HEIGHT = 720;
const SMALLEST = 0.8; // of the usual size of letters: still 24 pixels of 720

// Letters differ from machine to machine, and a formula may be tall: what does not fit is set a little smaller.
function fit() {
  const slide = Reveal.getCurrentSlide();
  if (!slide) return;
  let size = 1;
  slide.style.fontSize = "";
  while (slide.scrollHeight > HEIGHT && size > SMALLEST) {
    size -= 0.02;
    slide.style.fontSize = `${size}em`;
  }
}

Reveal.on("ready", fit);
Reveal.on("slidechanged", fit);
document.fonts.ready.then(fit);
Reveal.initialize({
  width: 1280,
  height: HEIGHT,
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
