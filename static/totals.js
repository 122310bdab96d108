/* How many counters a form asks for in all. Without this script the next page says so. */
"use strict";
(() => {
  for (const total of document.querySelectorAll("[data-total]")) {
    const places = [...total.closest("form").querySelectorAll("[data-units]")];
    const show = () => {
      const number = (field) => (/^\s*\d{1,3}\s*$/.test(field.value) ? Number(field.value) : 0);
      const sum = places.reduce((sum, place) => sum + Number(place.dataset.units) * number(place.querySelector("input")), 0);
      total.querySelector("output").textContent = String(sum);
      total.hidden = false;
    };
    total.closest("form").addEventListener("input", show);
    show();
  }
})();
