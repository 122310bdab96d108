/* Comfort only: the page works without it. Hides questions that are not asked and numbers the others, says how many
   are answered, keeps a second tap from sending twice and an offline tap from leaving the page. Keeps nothing on the
   device: it may be shared. Old browsers: ES5, no modules. */
(function () {
  'use strict';
  var summary = document.getElementById('errors');
  var form = document.querySelector('form');
  if (summary) { summary.focus(); }
  if (!form || !form.closest) { return; }
  var rules = form.querySelectorAll('[data-asked-if]');
  var questions = form.querySelectorAll('.q');
  var line = document.getElementById('progress');
  var status = document.getElementById('status');
  var button = form.querySelector('button');

  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function fields(part) { return part.querySelectorAll('input,textarea'); }

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
    each(rules, function (part) { part.hidden = !holds(JSON.parse(part.getAttribute('data-asked-if'))); });
    each(questions, function (question) {
      var away = !!question.closest('[hidden]');
      each(fields(question), function (input) { input.disabled = away; });
      if (away) { return; }
      all += 1;
      question.querySelector('.no').textContent = all + '.';
      if (Array.prototype.some.call(fields(question), filled)) { done += 1; }
    });
    if (line) {
      line.textContent = form.getAttribute('data-progress').replace('#', done).replace('#', all);
      line.hidden = false;
    }
  }

  function ready() {
    button.disabled = false;
    status.textContent = '';
    refresh();
  }

  each(form.querySelectorAll('.only'), function (sentence) { sentence.hidden = true; });
  form.addEventListener('change', refresh);
  form.addEventListener('input', refresh);
  form.addEventListener('submit', function (event) {
    var away = navigator.onLine === false;
    status.textContent = form.getAttribute(away ? 'data-offline' : 'data-sending');
    if (away || button.disabled) { event.preventDefault(); return; }
    setTimeout(function () { button.disabled = true; }, 0);
  });
  window.addEventListener('pageshow', ready);
  ready();
}());
