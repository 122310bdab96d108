/* Comfort only: the page works without it. Hides questions that are not asked, says how many are answered, keeps a
   second tap from sending twice. Old browsers: ES5, no modules. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-progress]');
  var summary = document.getElementById('errors');
  if (summary) { summary.focus(); }
  if (!form || !form.closest) { return; }
  var rules = form.querySelectorAll('[data-if]');
  var questions = form.querySelectorAll('.q');
  var line = document.getElementById('progress');
  var button = form.querySelector('button');
  var label = button.textContent;

  function each(list, f) { Array.prototype.forEach.call(list, f); }

  function filled(input) {
    return /^(radio|checkbox)$/.test(input.type) ? input.checked : /\S/.test(input.value);
  }

  /* A question that is itself hidden answers no rule. */
  function holds(rule) {
    if (rule.all) { return rule.all.every(holds); }
    if (rule.any) { return rule.any.some(holds); }
    if (rule.not) { return !holds(rule.not); }
    var found = false;
    each(form.elements, function (input) {
      if (input.name === rule.question && input.checked && rule['in'].indexOf(input.value) >= 0 &&
          !input.closest('[hidden]')) { found = true; }
    });
    return found;
  }

  function refresh() {
    var all = 0, done = 0;
    each(rules, function (part) { part.hidden = !holds(JSON.parse(part.getAttribute('data-if'))); });
    each(questions, function (question) {
      if (question.closest('[hidden]')) { return; }
      all += 1;
      if (Array.prototype.some.call(question.querySelectorAll('input,textarea'), filled)) { done += 1; }
    });
    line.textContent = form.getAttribute('data-progress').replace('#', done).replace('#', all);
    line.hidden = false;
  }

  function ready() {
    button.disabled = false;
    button.textContent = label;
    refresh();
  }

  each(form.querySelectorAll('.only'), function (sentence) { sentence.hidden = true; });
  form.addEventListener('change', refresh);
  form.addEventListener('input', refresh);
  form.addEventListener('submit', function (event) {
    if (button.disabled) { event.preventDefault(); return; }
    button.textContent = form.getAttribute('data-sending');
    setTimeout(function () { button.disabled = true; }, 0);
  });
  window.addEventListener('pageshow', ready);
  ready();
}());
