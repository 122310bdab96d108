/* Comfort only: judging several units works without it. ES5, as respond.js.
   - hides questions that are not asked, says how many are answered
   - goes from step to step in the background, and loses nothing where there is no network
   - keeps what is not sent yet in this window; on the device only if the reader asks for it, at most 14 days; never the
     link's token (`data-draft` is a hash that does not lead to it) */
(function () {
  'use strict';
  var doc = document, win = window, DAYS = 14 * 864e5, NAME = 'sipas-own:';
  var form, words, name, kept, key, unit, pressed, busy, over, html;

  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function all(what) { return form.querySelectorAll(what); }
  function put(what, text) { var part = doc.createElement(what); part.textContent = text; return part; }
  function boxed(field) { return /^(radio|checkbox)$/.test(field.type); }
  function fields(part) { return part.querySelectorAll('.q input,.q textarea'); }
  function filled(field) { return boxed(field) ? field.checked : /\S/.test(field.value); }

  /* --- What is kept ------------------------------------------------------------------------------------------- */

  function stored(act) { try { return act(win.sessionStorage, win.localStorage); } catch (_) { return null; } }

  function read() {
    return stored(function (here, device) {
      var text = here.getItem(name) || device.getItem(name), found = text && JSON.parse(text);
      return found && Math.abs(Date.now() - found.time) < DAYS ? found : null;
    });
  }

  function onDevice() { return !!stored(function (here, device) { return device.getItem(name); }); }

  function save(device) {
    var given = [], record;
    each(fields(form), function (field) { if (filled(field)) { given.push([field.name, field.value]); } });
    record = { time: Date.now(), key: key.value, kept: kept.value, unit: unit && unit.value, given: given };
    stored(function (here, there) {
      /* The choice to keep answers on the device is made before there are any. */
      if (!record.kept && !given.length && !device) { here.removeItem(name); return; }
      here.setItem(name, JSON.stringify(record));
      if (device) { there.setItem(name, JSON.stringify(record)); }
    });
  }

  function forget() {
    stored(function (here, device) { here.removeItem(name); device.removeItem(name); });
  }

  function sweep() {
    stored(function (here, device) {
      for (var at = device.length - 1; at >= 0; at -= 1) {
        var other = device.key(at);
        if (other.indexOf(NAME)) { continue; }
        if (Math.abs(Date.now() - JSON.parse(device.getItem(other)).time) > DAYS) { device.removeItem(other); }
      }
    });
  }

  /* --- The list of units -------------------------------------------------------------------------------------- */

  function mark() {
    var units = kept.value ? JSON.parse(kept.value).units : {}, done = 0, rows = all('[data-unit]');
    each(rows, function (row) {
      var judged = Object.prototype.hasOwnProperty.call(units, row.getAttribute('data-unit'));
      done += judged ? 1 : 0;
      row.classList[judged ? 'add' : 'remove']('judged');
      row.querySelector('em').textContent = judged ? words.judged : words.open;
    });
    doc.getElementById('tally').textContent = words.done.replace('#', done).replace('#', rows.length);
    all('[value=send]')[0].className = done ? '' : 'plain';
  }

  function keeping() {
    var box = doc.getElementById('keeping'), label = put('label', ''), tick = doc.createElement('input'), hint;
    tick.type = 'checkbox';
    tick.checked = onDevice();
    label.appendChild(tick);
    label.appendChild(put('span', words.keep));
    hint = put('p', words.keepHint);
    hint.className = 'hint';
    hint.id = 'keep-hint';
    tick.setAttribute('aria-describedby', hint.id);
    box.appendChild(label);
    box.appendChild(hint);
    box.hidden = false;
    tick.addEventListener('change', function (event) {
      event.stopPropagation();
      if (tick.checked) { stored(function (here, device) { device.setItem(name, JSON.stringify({ time: Date.now(), key: key.value, kept: kept.value, given: [] })); }); }
      else { stored(function (here, device) { device.removeItem(name); }); }
    });
  }

  function restored() {
    var notice = put('div', ''), again = put('button', words.fresh);
    notice.className = 'kept';
    notice.appendChild(put('p', words.restored)).setAttribute('role', 'status');
    again.type = 'button';
    again.className = 'plain';
    again.addEventListener('click', function () { forget(); win.location.reload(); });
    notice.appendChild(again);
    form.insertBefore(notice, form.firstChild);
  }

  /* --- The questions about a unit ------------------------------------------------------------------------------ */

  function holds(rule) {
    if (rule.all) { return rule.all.every(holds); }
    if (rule.any) { return rule.any.some(holds); }
    if (rule.not) { return !holds(rule.not); }
    return Array.prototype.some.call(form.elements, function (field) {
      return field.name === rule.question && field.checked && rule['in'].indexOf(field.value) >= 0 && !field.closest('[hidden]');
    });
  }

  function refresh() {
    var asked = 0, done = 0;
    each(all('[data-asked-if]'), function (part) { part.hidden = !holds(JSON.parse(part.getAttribute('data-asked-if'))); });
    each(all('.q'), function (question) {
      var counts, away = !!question.closest('[hidden]'), error = question.querySelector('.err');
      each(fields(question.parentNode), function (field) { if (question.contains(field)) { field.disabled = away; } });
      if (away) { return; }
      /* As on the page of one unit, a place to write counts for no question. */
      counts = question.querySelector('textarea') ? 0 : 1;
      asked += counts;
      if (!Array.prototype.some.call(question.querySelectorAll('input,textarea'), filled)) { return; }
      done += counts;
      question.classList.remove('bad');
      if (error) { error.parentNode.removeChild(error); }
    });
    doc.getElementById('progress').textContent = words.progress.replace('#', done).replace('#', asked);
    doc.getElementById('bar').style.width = (asked ? 100 * done / asked : 0) + '%';
  }

  function refill(record) {
    each(fields(form), function (field) {
      var values = record.given.filter(function (pair) { return pair[0] === field.name; })
        .map(function (pair) { return pair[1]; });
      if (boxed(field)) { field.checked = values.indexOf(field.value) >= 0; }
      else if (values.length) { field.value = values.join(''); }
    });
  }

  /* --- From step to step -------------------------------------------------------------------------------------- */

  function body(button) {
    var pairs = [];
    each(form.elements, function (field) {
      if (!field.name || field.disabled || field.tagName === 'BUTTON' || (boxed(field) && !field.checked)) { return; }
      pairs.push(encodeURIComponent(field.name) + '=' + encodeURIComponent(field.value.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/g, '\uFFFD')));
    });
    if (button && button.name) { pairs.push(encodeURIComponent(button.name) + '=' + encodeURIComponent(button.value)); }
    return pairs.join('&');
  }

  function say(text) { doc.getElementById('status').textContent = text; }

  function submit(event) {
    var button = event.submitter || pressed, request = new XMLHttpRequest();
    event.preventDefault();
    if (busy) { return; }
    busy = true;
    say(words.sending);
    function lost() { busy = false; say(words.lost); }
    request.open('POST', form.getAttribute('action'));
    request.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
    request.timeout = 45e3;
    request.onload = function () { busy = false; answered(request, lost); };
    request.onerror = lost;
    request.ontimeout = lost;
    request.send(body(button));
  }

  /* Only a page of ours counts, not that of a network which wants a log-in first. */
  function answered(request, lost) {
    var page = new DOMParser().parseFromString(request.responseText, 'text/html'), text = '';
    var said = page.querySelector('[data-say]'), what = said && said.getAttribute('data-say');
    if (page.querySelector('form.sitting')) { replace(page); return; }
    if (!said) { lost(); return; }
    if (what === 'thanks' || request.status === 410 || request.status === 404) {
      over = true;
      /* A newer link of the same person finds them again. */
      if (what === 'thanks' || (request.status === 410 && what !== 'newer')) { forget(); }
      replace(page);
      if (what === 'thanks') { win.history.replaceState(null, '', request.responseURL || '/'); }
      return;
    }
    each(said.querySelectorAll('h1,h1~p:not(.safe)'), function (part) { text += part.textContent + ' '; });
    say(text);
  }

  function replace(page) {
    doc.title = page.title;
    doc.documentElement.lang = page.documentElement.lang;
    doc.body = doc.adoptNode(page.body);
    win.scrollTo(0, 0);
    html = true;
    start();
    page = doc.getElementById('errors') || doc.querySelector('h1');
    page.tabIndex = -1;
    page.focus();
  }

  function start() {
    var record, device;
    form = doc.querySelector('form.sitting');
    if (!form) { return; }
    words = JSON.parse(form.getAttribute('data-words'));
    name = NAME + form.getAttribute('data-draft');
    kept = form.querySelector('[name=_kept]');
    key = form.querySelector('[name=submission]');
    unit = form.querySelector('[name=_unit]');
    doc.documentElement.classList.add('js');
    sweep();
    record = read();
    device = onDevice();
    if (!html && record) { key.value = record.key; kept.value = record.kept; }
    if (unit) {
      each(all('.only'), function (sentence) { sentence.hidden = true; });
      if (record && record.unit === unit.value && record.given.length && !doc.getElementById('errors') && !all(':checked').length) { refill(record); }
      refresh();
    } else if (doc.getElementById('tally')) {
      if (kept.value) { mark(); }
      if (!html && record && (record.kept || record.given.length)) { restored(); }
      keeping();
    }
    /* What was begun at a unit and left is kept until that unit is opened again. */
    if (unit || !record || !record.given.length || record.kept !== kept.value) { save(device); }
    form.addEventListener('click', function (event) { pressed = event.target.closest('button'); });
    form.addEventListener('change', changed);
    form.addEventListener('input', changed);
    form.addEventListener('submit', submit);
  }

  function changed() { if (unit) { refresh(); save(onDevice()); } }

  if (!doc.documentElement.closest || !win.DOMParser || !win.JSON) { return; }
  start();
  win.addEventListener('beforeunload', function (event) {
    if (over || !form || onDevice() || !(kept.value || all(':checked').length)) { return; }
    event.preventDefault();
    event.returnValue = '';
  });
}());
