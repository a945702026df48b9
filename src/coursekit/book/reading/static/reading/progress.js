/* How far a reader has come: a chapter counts as read when its end has been seen.  Cards of chapters show it,
   and how many answers of the chapter's assignment passed in its page. */
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const end = document.querySelector(".prev-next-footer, .bd-footer-content");
  if (end && document.querySelector(".td-head")) {
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((entry) => entry.isIntersecting) || scrollY < innerHeight) return;
      TDRead.kept.write("end", true);
      observer.disconnect();
    }).observe(end);
  }
  for (const mark of document.querySelectorAll(".td-progress[data-page]")) {
    const kept = Object.fromEntries(TDRead.kept.all(mark.dataset.page));
    const predicted = Object.entries(kept).filter(([name, value]) => name.startsWith("predict-") && value?.open).length;
    const passed = Object.entries(kept).filter(([name, value]) => name.startsWith("passed-") && value).length;
    const said = [
      kept.end ? "✓ read" : "",
      predicted ? `${predicted} prediction${predicted > 1 ? "s" : ""} made` : "",
      passed ? `${passed} of ${kept.questions} answers pass` : "",
    ];
    mark.textContent = said.filter(Boolean).join(" · ");
    mark.hidden = !mark.textContent;
  }
});
