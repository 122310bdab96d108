/* The tablet at a counter. One page that never navigates, so that it stays full screen: start, questions, thanks, and
   back to the start; nothing of one person is there for the next. Finished sheets wait on the tablet until the server
   has acknowledged them, each with a key of its own, so that one counts once however often it is sent. Without this
   script the page is a plain form. What it says stands in `data-words`; numbers are put in place of `#`. */
(function () {
  'use strict';
  const IDLE = 60, WARNING = 30, THANKS = 12, MOST = 400, PATIENCE = 4e3;
  const here = location.pathname;
  const QUEUE = 'sipas-kiosk:' + here, LOST = QUEUE + ':refused';
  const known = {}, shells = {};
  let words, panel, form, timer, left, scrolled, ticking, retry, delay = 0, sending = false, awake, mine, fallback = [];

  const one = (id) => document.getElementById(id);
  const all = (part, what) => Array.prototype.slice.call(part.querySelectorAll(what));
  const language = () => document.documentElement.lang;
  const address = (lang) => words.pages[lang];
  const fill = (text, n) => text.replace('#', n);
  const parse = (html) => new DOMParser().parseFromString(html, 'text/html');
  const boxed = (field) => field.type === 'radio' || field.type === 'checkbox';
  const fields = (part) => all(part, 'input:not([type=hidden]),textarea');
  const filled = (field) => (boxed(field) ? field.checked : /\S/.test(field.value));
  const ruledOut = (part) => !!part.closest('[hidden]');

  /* --- What waits on the tablet --------------------------------------------------------------------------------- */

  function queue() {
    let kept = [];
    try { kept = JSON.parse(localStorage.getItem(QUEUE)) || []; } catch (_) { /* nothing that can be read */ }
    return kept.concat(fallback);
  }

  /* Where the tablet's store is full or closed, sheets live as long as the page, and no new one is begun. */
  function keep(sheets) {
    try {
      localStorage.setItem(QUEUE, JSON.stringify(sheets));
      fallback = [];
    } catch (_) { fallback = sheets.slice(stored()); }
  }

  function stored() {
    try { return (JSON.parse(localStorage.getItem(QUEUE)) || []).length; } catch (_) { return 0; }
  }

  function refused(more) {
    let n = 0;
    try {
      n = +localStorage.getItem(LOST) || 0;
      if (more) { localStorage.setItem(LOST, n + more); }
    } catch (_) { /* told this time only */ }
    return n + (more || 0);
  }

  const full = () => fallback.length > 0 || queue().length >= MOST;

  function tell() {
    const waiting = queue().length, lost = refused();
    const line = one('queue');
    if (!line) { return; }
    const text = [];
    if (waiting) { text.push(fill(words.waiting, waiting)); }
    if (lost) { text.push(fill(words.refused, lost)); }
    if (line.textContent !== text.join(' ')) { line.textContent = text.join(' '); }
  }

  /* Sends the oldest first. Only a page of ours counts as an answer, not that of a network which wants a log-in. */
  function drain() {
    const sheet = queue()[0];
    if (!sheet || sending) { return Promise.resolve(); }
    sending = true;
    clearTimeout(retry);
    const done = () => {
      keep(queue().filter((other) => other.key !== sheet.key));
      sending = false;
      delay = 0;
      report();
      tell();
      return drain();
    };
    return fetch(sheet.to, {
      method: 'POST',
      body: sheet.body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      cache: 'no-store',
    }).then((answer) => answer.text().then((text) => {
      const ours = parse(text).querySelector('[data-say],form[data-kiosk]');
      if (answer.ok && ours && ours.getAttribute('data-say') === 'thanks') { return done(); }
      if (ours && [404, 410, 413, 422].indexOf(answer.status) >= 0) { refused(1); return done(); }
      throw answer;
    })).catch(() => {
      sending = false;
      delay = Math.min(2 * delay || 3e3, 6e4);
      clearTimeout(retry);
      retry = setTimeout(drain, delay);
      tell();
    });
  }

  /* --- Panels ----------------------------------------------------------------------------------------------------- */

  function show(name) {
    panel = name;
    all(document, '[data-panel]').forEach((part) => { part.hidden = part.getAttribute('data-panel') !== name; });
    const title = one(name).querySelector('h1,[role=heading]');
    if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
    window.scrollTo(0, 0);
    stop();
    if (name === 'ask' || name === 'staff') { count(IDLE, null, warn); }
    tell();
  }

  function stop() { clearInterval(ticking); }

  /* Counts down by the clock, so that a tablet that slept does not count on. */
  function count(seconds, each, then) {
    stop();
    left = seconds;
    timer = Date.now();
    if (each) { each(left); }
    ticking = setInterval(() => {
      left = seconds - Math.round((Date.now() - timer) / 1e3);
      if (left <= 0) { stop(); then(); } else if (each) { each(left); }
    }, 1e3);
  }

  function warn() {
    if (panel === 'staff') { home(); return; }
    scrolled = window.scrollY;
    show('idle');
    count(WARNING, (n) => { one('idle-left').textContent = n; }, home);
    one('idle-more').focus();
  }

  function active() {
    if (panel === 'ask' || panel === 'staff') { timer = Date.now(); }
  }

  /* --- A person --------------------------------------------------------------------------------------------------- */

  function fresh(lang) {
    return fetch(address(lang), { cache: 'no-store', headers: { accept: 'text/html' } }).then((answer) => answer.text().then((html) => {
      const page = parse(html);
      if (answer.ok && page.querySelector('[data-kiosk]')) {
        known[lang] = { html: html, live: !answer.headers.get('x-kept') };
        shells[lang] = html;
        return;
      }
      /* Closed, or no longer this counter: the page says so, and asks again by itself. */
      if ((answer.status === 404 || answer.status === 410 || page.querySelector('[data-say=paused]')) && page.querySelector('[data-say]') && !queue().length && panel === 'start') {
        location.reload();
      }
    })).catch(() => { if (known[lang]) { known[lang].live = false; } });
  }

  function key() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, (byte) => (byte < 16 ? '0' : '') + byte.toString(16)).join('');
  }

  /* With modules that rotate the server's key chooses them: such a form is good for one person. */
  const rotates = () => one('stage').hasAttribute('data-rotated');
  const ready = (lang) => known[lang] && (!rotates() || known[lang].live) && !full();

  function replace(html) {
    const page = parse(html);
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body = document.adoptNode(page.body);
    bind();
  }

  function begin(lang) {
    if (!ready(lang)) { one('start-status').textContent = full() ? words.full : words.wait; home(); return; }
    const page = known[lang];
    if (rotates()) { delete known[lang]; }
    replace(page.html);
    if (!rotates()) { form.querySelector('[name=submission]').value = key(); }
    const root = document.documentElement;
    if (root.requestFullscreen && !document.fullscreenElement) { root.requestFullscreen().catch(() => {}); }
    stayAwake();
    refresh();
    show('ask');
  }

  /* Back to the start, in the first language, with a page that nobody has touched. */
  function home() {
    const first = one('stage').getAttribute('data-first');
    mine = null;
    if (shells[first] && panel !== 'start') { replace(shells[first]); }
    if (form) { form.reset(); }
    show('start');
    all(one('start'), '[data-lang]').forEach((button) => fresh(button.getAttribute('data-lang')).then(offer));
    drain();
  }

  function offer() {
    if (panel !== 'start') { return; }
    const some = all(one('start'), '[data-lang]').some((button) => ready(button.getAttribute('data-lang')));
    one('start-status').textContent = some ? '' : full() ? words.full : words.wait;
  }

  function stayAwake() {
    if (navigator.wakeLock && !document.hidden) {
      navigator.wakeLock.request('screen').then((lock) => { awake = lock; }, () => {});
    }
  }

  /* --- Questions -------------------------------------------------------------------------------------------------- */

  /* A question that is itself hidden answers no rule. */
  function holds(rule) {
    if (rule.all) { return rule.all.every(holds); }
    if (rule.any) { return rule.any.some(holds); }
    if (rule.not) { return !holds(rule.not); }
    return Array.prototype.some.call(form.elements, (field) =>
      field.name === rule.question && field.checked && rule.in.indexOf(field.value) >= 0 && !ruledOut(field));
  }

  function refresh() {
    let number = 0, asked = 0, done = 0;
    all(form, '[data-asked-if]').forEach((part) => {
      part.hidden = !holds(JSON.parse(part.getAttribute('data-asked-if')));
    });
    all(form, '.q').forEach((question) => {
      const away = !!question.parentNode.closest('[data-asked-if][hidden]') || question.hidden;
      fields(question).forEach((field) => { field.disabled = away; });
      if (away) { return; }
      number += 1;
      /* A place to write is no question to most people: who leaves it empty has answered everything. */
      const counts = question.querySelector('textarea') ? 0 : 1;
      asked += counts;
      question.querySelector('.no').textContent = number + '.';
      if (!fields(question).some(filled)) { return; }
      done += counts;
      question.classList.remove('bad');
      all(question, '.err').forEach((error) => error.remove());
    });
    const line = one('progress');
    line.textContent = fill(fill(words.progress, done), asked);
    one('bar').style.width = (asked ? 100 * done / asked : 0) + '%';
  }

  function put(what, text) {
    const part = document.createElement(what);
    part.textContent = text;
    return part;
  }

  /* The same as the server would say of a required answer that is missing. */
  function complete() {
    const old = one('errors'), list = document.createElement('ul');
    if (old) { old.remove(); }
    all(form, '.q').forEach((question) => {
      const field = fields(question)[0], ask = question.querySelector('legend,.ask');
      if (!field || field.disabled || question.querySelector('.opt') || fields(question).some(filled)) { return; }
      const why = boxed(field) ? words.missing : words.empty;
      const link = put('a', ask.textContent.trim() + ' – ' + why);
      link.href = '#' + field.id;
      link.addEventListener('click', (event) => {
        event.preventDefault();
        field.focus();
        question.scrollIntoView();
      });
      list.appendChild(document.createElement('li')).appendChild(link);
      question.classList.add('bad');
      if (!question.querySelector('.err')) {
        const error = put('p', why);
        error.className = 'err';
        error.id = 'e' + field.id.slice(1);
        ask.parentNode.insertBefore(error, ask.nextSibling);
        (boxed(field) ? ask.parentNode : field).setAttribute('aria-describedby', error.id);
      }
    });
    if (!list.firstChild) { return true; }
    const box = document.createElement('div'), title = put('h2', words.errors);
    box.id = 'errors';
    box.className = 'sum';
    box.tabIndex = -1;
    box.setAttribute('role', 'alert');
    title.id = 'errors-title';
    box.setAttribute('aria-labelledby', title.id);
    [title, put('p', words.kept), list].forEach((part) => box.appendChild(part));
    one('ask').insertBefore(box, one('ask').firstChild);
    box.focus();
    window.scrollTo(0, 0);
    return false;
  }

  function body() {
    const pairs = new URLSearchParams();
    Array.prototype.forEach.call(form.elements, (field) => {
      if (!field.name || field.disabled || (boxed(field) && !field.checked)) { return; }
      pairs.append(field.name, field.value);
    });
    return pairs.toString();
  }

  function send(event) {
    event.preventDefault();
    if (panel !== 'ask' || !complete()) { return; }
    const sheet = { key: form.querySelector('[name=submission]').value, to: form.getAttribute('action'), body: body() };
    keep(queue().concat([sheet]));
    form.reset();
    show('thanks');
    mine = sheet.key;
    one('thanks-what').textContent = words.sending;
    setTimeout(() => report(true), PATIENCE);
    drain();
    count(THANKS, (n) => { one('thanks-left').textContent = fill(words.back, n); }, home);
  }

  /* Whether the sheet just given is on the server; after a while, that it waits here. */
  function report(late) {
    if (!mine || panel !== 'thanks') { return; }
    const waits = queue().some((other) => other.key === mine);
    if (!waits || late) { one('thanks-what').textContent = waits ? words.later : words.stored; }
  }

  /* --- Staff ------------------------------------------------------------------------------------------------------ */

  function leave(event) {
    event.preventDefault();
    const code = one('code'), said = one('staff-said');
    const sent = new URLSearchParams([['code', code.value]]).toString();
    code.value = '';
    said.textContent = words.checking;
    fetch(words.leave, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      redirect: 'manual',
      cache: 'no-store',
    }).then((answer) => {
      if (answer.type === 'opaqueredirect') {
        try { localStorage.removeItem(LOST); } catch (_) { /* told again next time */ }
        if (awake) { awake.release().catch(() => {}); }
        const away = () => location.replace(here.replace(/\/kiosk$/, ''));
        if (document.fullscreenElement) { document.exitFullscreen().then(away, away); } else { away(); }
      } else { said.textContent = answer.status === 429 ? words.slow : words.wrong; }
    }, () => { said.textContent = words.offline; });
  }

  /* --- The page --------------------------------------------------------------------------------------------------- */

  function bind() {
    const stage = one('stage');
    words = JSON.parse(stage.getAttribute('data-words'));
    document.documentElement.classList.add('js');
    form = document.querySelector('form[data-kiosk]');
    form.addEventListener('change', refresh);
    form.addEventListener('input', refresh);
    form.addEventListener('submit', send);
    all(form, '.only').forEach((sentence) => { sentence.hidden = true; });
    all(form, '[maxlength]').forEach((field) => {
      const line = field.parentNode.appendChild(put('p', ''));
      line.className = 'hint';
      line.setAttribute('role', 'status');
      let wait;
      field.addEventListener('input', () => {
        clearTimeout(wait);
        wait = setTimeout(() => { line.textContent = fill(words.left, field.maxLength - field.value.length); }, 700);
      });
    });
    all(one('start'), '[data-lang]').forEach((button) => {
      button.addEventListener('click', () => begin(button.getAttribute('data-lang')));
    });
    one('quit').addEventListener('click', home);
    one('idle-more').addEventListener('click', () => { show('ask'); window.scrollTo(0, scrolled); });
    one('idle-end').addEventListener('click', home);
    one('thanks-home').addEventListener('click', home);
    one('thanks-stay').addEventListener('click', () => {
      one('thanks-left').textContent = '';
      one('thanks-stay').hidden = true;
      one('thanks-home').focus();
      count(10 * IDLE, null, home);
    });
    if (one('staff-open')) {
      one('staff-open').addEventListener('click', () => {
        show('staff');
        one('code').focus();
      });
      one('staff-form').addEventListener('submit', leave);
      one('staff-back').addEventListener('click', home);
    }
  }

  if (!window.fetch || !window.crypto || !window.URLSearchParams) { return; }
  known[language()] = { html: '<!DOCTYPE html>' + document.documentElement.outerHTML, live: false };
  shells[language()] = known[language()].html;
  bind();
  home();
  ['pointerdown', 'keydown', 'input', 'scroll'].forEach((what) => window.addEventListener(what, active, { passive: true }));
  window.addEventListener('online', () => { delay = 0; if (panel === 'start') { home(); } else { drain(); } });
  window.addEventListener('contextmenu', (event) => event.preventDefault());
  window.addEventListener('pageshow', (event) => { if (event.persisted) { location.reload(); } });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { stayAwake(); drain(); } });
  /* Nothing that was answered is behind the back button. */
  // Several, since somebody may go back again before the first step is made good.
  for (let steps = 0; steps < 5; steps += 1) history.pushState(null, '');
  window.addEventListener('popstate', () => history.pushState(null, ''));
  setInterval(() => { if (panel === 'start') { home(); } }, 6e5);
  if (navigator.serviceWorker) {
    /* Once the worker is in charge, everything that a start without a network needs passes through it. */
    const through = () => {
      all(document, 'script[src],link[rel=stylesheet]').forEach((part) => fetch(part.src || part.href).catch(() => {}));
      all(one('start'), '[data-lang]').forEach((button) => fresh(button.getAttribute('data-lang')));
    };
    navigator.serviceWorker.addEventListener('controllerchange', through);
    navigator.serviceWorker.register('/kiosk-sw.js', { scope: here }).catch(() => {});
  }
}());
