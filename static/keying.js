/* Keying in paper sheets, and comparing two who keyed one: Enter moves to the next line, and stores the sheet at the last
   one. A line that the answers before it rule out is passed over; if something is typed there already, it says so and is not.
   Without this script each line says in words when it is asked, Enter stores at once, and the page comes back with what is
   missing and with what is not asked. */
"use strict";
(() => {
  const form = document.querySelector("form[data-keying]");
  if (!form) return;
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  /* What two people agree on is not shown: the numbers of the chosen options, by question. */
  const agreed = JSON.parse(form.dataset.keying || "{}");
  const ruledOut = new Set();

  function chosen(question) {
    const field = fields.find(({ name }) => name === question);
    if (!field) return agreed[question] || [];
    if (ruledOut.has(field)) return [];
    const typed = field.value.trim();
    if (!field.dataset.several) return [typed];
    return typed.split(/[\s,;.+\/]+/).flatMap((part) =>
      field.dataset.several === "joined" && /^[0-9]+$/.test(part) ? [...part] : [part]);
  }

  function holds(rule) {
    if (rule.all) return rule.all.every(holds);
    if (rule.any) return rule.any.some(holds);
    if (rule.not) return !holds(rule.not);
    return chosen(rule.question).some((key) => rule.in.includes(key));
  }

  /* Whether something is typed already wherever a rule looks: until then nobody can say that a line is not asked. */
  function decided(rule) {
    if (rule.not) return decided(rule.not);
    if (rule.all || rule.any) return (rule.all || rule.any).every(decided);
    const field = fields.find(({ name }) => name === rule.question);
    return !field || ruledOut.has(field) || field.value.trim() !== "";
  }

  /* Rules look only at lines above them, so that one pass is enough. */
  function refresh() {
    ruledOut.clear();
    for (const field of fields) {
      const line = field.closest(".line");
      if (!line.dataset.askedIf) continue;
      const rule = JSON.parse(line.dataset.askedIf);
      const away = !holds(rule);
      const extra = away && !["", "-"].includes(field.value.trim());
      if (away) ruledOut.add(field);
      line.classList.toggle("passed", away && !extra);
      line.classList.toggle("waits", away && !decided(rule));
      line.querySelector(".away").hidden = !extra;
      field.disabled = away && !extra;
      /* A line that was refused stays marked until it is stored, unless it was for what is not asked. */
      if (away || line.classList.contains("extra")) line.classList.remove("wrong");
      line.classList.toggle("extra", extra);
      if (extra) field.setAttribute("aria-invalid", "true");
      else if (!line.classList.contains("wrong")) field.removeAttribute("aria-invalid");
    }
  }

  form.addEventListener("input", (event) => {
    event.target.setCustomValidity("");
    refresh();
  });
  window.addEventListener("pageshow", refresh);
  refresh();

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    const at = fields.indexOf(event.target);
    if (at < 0) return;
    /* A number that no option has is told where it is typed, before the sheet goes on. */
    if (event.target.validity.patternMismatch) {
      event.preventDefault();
      event.target.setCustomValidity(form.dataset.wrong);
      event.target.reportValidity();
      return;
    }
    const next = fields.slice(at + 1).find((field) => !field.disabled);
    if (!next && event.target.localName === "input") return;
    event.preventDefault();
    if (!next) {
      form.requestSubmit();
      return;
    }
    next.focus();
    next.select();
  });
})();
