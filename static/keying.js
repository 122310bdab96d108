/* Keying in paper sheets: Enter moves to the next line, and stores the sheet at the last one. Without this script Enter
   stores at once and the page comes back with what is missing. */
"use strict";
(() => {
  const form = document.querySelector("form[data-keying]");
  if (!form) return;
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const at = fields.indexOf(event.target);
    if (at < 0 || at === fields.length - 1) return;
    event.preventDefault();
    const next = fields[at + 1];
    next.focus();
    if (next.select) next.select();
  });
})();
