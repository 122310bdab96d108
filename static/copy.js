/* The buttons that copy what stands before them. Without this script they stay hidden, and one click chooses all of it.
   Pages that come without TLS (within an office) have no clipboard; there the old way is tried. */
"use strict";
(() => {
  function copyOld(text) {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("refused");
  }

  async function copy(text) {
    if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => copyOld(text));
    else copyOld(text);
  }

  for (const place of document.querySelectorAll("[data-copy]")) {
    const button = place.querySelector("button");
    const status = place.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      status.textContent = "";
      const done = await copy(place.dataset.copy).then(() => true, () => false);
      status.textContent = done ? place.dataset.done : place.dataset.failed;
      button.focus();
    });
    place.hidden = false;
  }
})();
