/* Comfort only: the page works without it. Old browsers: ES5, no modules; what is newer is asked for first.
   - hides questions that are not asked, numbers the others, says how many are answered; long forms by sections
   - keeps answers on the device for an hour (`data-keep`); those of a personal link (`data-draft`) in this window, and on the
     device only if the reader asks for it, at most 14 days; never its token
   - sends in the background and goes on trying, always with the same key, so that an answer counts once
   - keeps a copy of the page while there are unsent answers, for a reload without a network (sw.js)
   How the parts fit: ARCHITECTURE.md, "The phone". */
(function () {
  'use strict';
  var NAME = 'sipas', doc = document, win = window, nav = navigator;
  var form, words, key, own, place, questions, sections, button, caption, line, bar, net, status;
  var html, again, copied, saved, dirty, over, pending, busy, timer, delay, expiry, step, reach, told = 0;
  var personal, prefix, life, keep, tick;

  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function some(list, f) { return Array.prototype.some.call(list, f); }
  function all(part, what) { return part.querySelectorAll(what); }
  function put(what, text) { var part = doc.createElement(what); part.textContent = text; return part; }
  function boxed(field) { return /^(radio|checkbox)$/.test(field.type); }
  function fields(part) { return all(part, 'input:not([type=hidden]),textarea'); }
  function filled(field) { return boxed(field) ? field.checked : /\S/.test(field.value); }
  function flag(part, name, on) { part.classList[on ? 'add' : 'remove'](name); }
  function ruledOut(part) { return !!part.closest('[hidden]'); }

  /* A question that is itself hidden answers no rule. */
  function holds(rule) {
    if (rule.all) { return rule.all.every(holds); }
    if (rule.any) { return rule.any.some(holds); }
    if (rule.not) { return !holds(rule.not); }
    return some(form.elements, function (field) {
      return field.name === rule.question && field.checked && rule['in'].indexOf(field.value) >= 0 && !ruledOut(field);
    });
  }

  function refresh() {
    var number = 0, asked = 0, done = 0, text;
    each(all(form, '[data-asked-if]'), function (part) {
      part.hidden = !holds(JSON.parse(part.getAttribute('data-asked-if')));
    });
    each(fields(form), function (field) { if (field.name) { field.disabled = !!pending; } });
    each(questions, function (question, at) {
      var counts, away = ruledOut(question), error = question.querySelector('.err');
      each(fields(question), function (field) { field.disabled = away || !!pending; });
      if (away) { return; }
      number += 1;
      /* A place to write is no question to most people: who leaves it empty has answered everything. */
      counts = !question.querySelector('textarea');
      if (counts) { asked += 1; }
      question.querySelector('.no').textContent = number + '.';
      if (!some(fields(question), filled)) { return; }
      if (counts) { done += 1; }
      reach = at + 1;
      flag(question, 'bad', false);
      if (error) { error.parentNode.removeChild(error); }
    });
    if (!line) { return; }
    text = words.progress.replace('#', done).replace('#', asked);
    if (step >= 0) { text = words.part.replace('#', step + 1).replace('#', steps().length) + ' · ' + text; }
    line.textContent = text;
    bar.style.width = (asked ? 100 * done / asked : 0) + '%';
  }

  /* --- What is kept on the device ----------------------------------------------------------------------------- */

  function read(text) {
    try {
      var kept = JSON.parse(text);
      return kept && Math.abs(Date.now() - kept.time) < life ? kept : null;
    } catch (_) { return null; }
  }

  /* Storage may be full, forbidden or absent: then answers live as long as the page. */
  function stored(act) {
    try { return act(personal && !keep ? win.sessionStorage : win.localStorage); } catch (_) { return null; }
  }
  function draft() {
    var kept = place && stored(function (box) { return read(box.getItem(place)); });
    return kept && kept.answers ? kept : null;
  }

  function sweep() {
    stored(function (box) {
      for (var at = box.length - 1; at >= 0; at -= 1) {
        var name = box.key(at);
        if (name.indexOf(prefix) === 0 && !read(box.getItem(name))) { box.removeItem(name); }
      }
    });
  }

  /* What the form asks and carries. Modules rotate by the key, so a page that asks something else keeps its own. */
  function mark() {
    var names = [];
    each(form.elements, function (field) {
      if (field.name === '_campaign') { names.push(field.value); }
      else if (field.name !== names[names.length - 1]) { names.push(field.name); }
    });
    return names.join(' ');
  }

  function save() {
    if (!place) { return; }
    var answers = [];
    each(fields(form), function (field) {
      if (field.name && !ruledOut(field) && filled(field)) { answers.push([field.name, field.value]); }
    });
    saved = stored(function (box) {
      var kept = { time: Date.now(), key: key.value, mark: mark(), answers: answers, body: personal ? '' : pending };
      box.setItem(place, JSON.stringify(kept));
      return true;
    });
    clearTimeout(expiry);
    expiry = setTimeout(forget, life);
    copy();
  }

  function forget(to) {
    saved = false;
    stored(function (box) {
      /* Other windows with the same form read where it went. */
      if (typeof to === 'string') { box.setItem(place, JSON.stringify({ time: Date.now(), to: to, key: key.value })); }
      if (place) { box.removeItem(place); }
    });
    if (!place || !copies()) { return; }
    copied = false;
    win.caches['delete'](NAME);
    nav.serviceWorker.getRegistration('/k/').then(function (worker) { if (worker) { worker.unregister(); } });
  }

  function fill(kept) {
    if (kept.mark === mark()) { key.value = kept.key; }
    each(fields(form), function (field) {
      var values = kept.answers.filter(function (pair) { return pair[0] === field.name; })
        .map(function (pair) { return pair[1]; });
      if (!field.name) { return; }
      if (boxed(field)) { field.checked = values.indexOf(field.value) >= 0; }
      else if (field !== doc.activeElement) { field.value = values.join(''); }
    });
    pending = kept.body || '';
    refresh();
    told = reach;
    say('');
  }

  /* A copy of this very page, with its key and its questions, for as long as its answers are unsent. */
  function copies() { return win.caches && win.fetch && nav.serviceWorker; }

  function copy() {
    if (copied || nav.onLine === false || !copies() || !/^\/k\//.test(location.pathname)) { return; }
    copied = true;
    var url = location.href.split('#')[0], script = doc.querySelector('script[src]').src;
    nav.serviceWorker.register('/sw.js', { scope: '/k/' })
      .then(function () { return win.fetch(url, { method: 'HEAD' }); })
      .then(function (head) {
        if (!head.ok) { throw head; }
        var headers = new win.Headers(head.headers);
        headers['delete']('content-encoding');
        headers['delete']('content-length');
        headers.set('x-kept', Date.now());
        return win.caches.open(NAME).then(function (cache) {
          return cache.put(url, new win.Response(html, { headers: headers })).then(function () { return cache.add(script); });
        });
      })
      .then(function () { if (over) { forget(); } }, function () { copied = false; });
  }

  /* The page that the draft was begun on, where other modules are asked on the one that came now. */
  function reopen() {
    again = true;
    win.caches.match(location.href.split('#')[0], { ignoreVary: true })
      .then(function (copy) { return copy && copy.text(); })
      .then(function (text) {
        if (!text) { start(); return; }
        html = text;
        doc.body = doc.adoptNode(new DOMParser().parseFromString(text.replace('data-copy=""', ''), 'text/html').body);
        start();
      }, start);
  }

  /* --- Errors ------------------------------------------------------------------------------------------------- */

  /* The same as the server would say of a required answer that is missing, without the way there and back. */
  function complain(part) {
    var list = put('ul', ''), old = doc.getElementById('errors'), box = put('div', ''), title = put('h2', words.errors);
    if (old) { old.parentNode.removeChild(old); }
    each(all(part, '.q'), function (question) {
      var field = fields(question)[0], ask = question.querySelector('legend,.ask'), group, why, item, link;
      if (!field || ruledOut(question) || question.querySelector('.opt') || some(fields(question), filled)) { return; }
      why = boxed(field) ? words.missing : words.empty;
      link = put('a', ask.textContent.trim() + ' – ' + why);
      link.href = '#' + field.id;
      item = put('li', '');
      item.appendChild(link);
      list.appendChild(item);
      if (!question.querySelector('.err')) {
        item = put('p', why);
        item.className = 'err';
        item.id = 'e' + field.id.slice(1);
        ask.parentNode.insertBefore(item, ask.nextSibling);
        group = boxed(field) ? ask.parentNode : field;
        group.setAttribute('aria-describedby', ((group.getAttribute('aria-describedby') || '') + ' ' + item.id).trim());
      }
      flag(question, 'bad', true);
    });
    if (!list.firstChild) { return false; }
    box.id = 'errors';
    box.className = 'sum';
    box.tabIndex = -1;
    box.setAttribute('role', 'alert');
    title.id = 'errors-title';
    box.setAttribute('aria-labelledby', title.id);
    box.appendChild(title);
    box.appendChild(put('p', words.kept));
    box.appendChild(list);
    part = doc.querySelector('main');
    part.insertBefore(box, part.firstChild);
    if (doc.title.indexOf(words.error)) { doc.title = words.error + ' ' + doc.title; }
    box.focus();
    win.scrollTo(0, 0);
    return true;
  }

  /* --- Sections of a long form, one at a time; never forward by itself ------------------------------------------ */

  function steps() { return Array.prototype.filter.call(sections, function (part) { return !part.hidden; }); }

  function show(at, focus) {
    var list = steps(), title;
    step = Math.max(-1, Math.min(at, list.length - 1));
    each(sections, function (part) { flag(part, 'off', step >= 0 && part !== list[step]); });
    flag(doc.querySelector('.note'), 'off', step > 0);
    each(all(form, '.mode,.send>button:not([type]),.send>.hint'), function (part) {
      flag(part, 'off', step >= 0 && step < list.length - 1);
    });
    each(all(form, '[data-move]'), function (other) {
      var to = step + +other.getAttribute('data-move');
      flag(other, 'off', step < 0 || to < 0 || to >= list.length);
    });
    refresh();
    if (!focus) { return; }
    title = step < 0 ? null : list[step].querySelector('h2');
    if (title) { title.tabIndex = -1; title.focus(); title.scrollIntoView(); }
  }

  function move(by) {
    if (by > 0 && complain(steps()[step])) { return; }
    if (by < 0) { win.history.back(); return; }
    win.history.pushState({ step: step + by }, '');
    show(step + by, true);
  }

  function paginate() {
    each([[-1, words.back], [1, words.next]], function (way) {
      var other = put('button', way[1]);
      other.type = 'button';
      other.setAttribute('data-move', way[0]);
      if (way[0] < 0) { other.className = 'plain'; }
      other.addEventListener('click', function () { move(way[0]); });
      button.parentNode.insertBefore(other, button);
    });
    show((win.history.state || {}).step || 0);
  }

  /* --- Sending ------------------------------------------------------------------------------------------------ */

  function body() {
    var pairs = [];
    each(form.elements, function (field) {
      if (!field.name || field.disabled || (boxed(field) && !field.checked)) { return; }
      /* Half of an emoji, which an old browser may cut off, has no code. */
      pairs.push([field.name, field.value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, function (letter) {
        return letter.length > 1 ? letter : '\uFFFD';
      })].map(encodeURIComponent).join('='));
    });
    return pairs.join('&');
  }

  function say(text) {
    status.textContent = text;
    button.textContent = busy ? words.sending : pending ? words.again : caption;
    button.setAttribute('aria-disabled', !!busy);
  }

  /* How far people get, as a count: told once a question, without the form's key, never of a personal link. */
  function tell() {
    if (place && !personal && reach > told && nav.sendBeacon) { nav.sendBeacon(location.pathname + '/' + told + '/' + (told = reach)); }
  }

  function later(text) {
    say(text);
    delay = Math.min(2 * delay || 2e3, 6e4);
    clearTimeout(timer);
    timer = setTimeout(attempt, delay * (1 + Math.random() / 4));
  }

  function attempt() {
    if (!form || !pending || busy) { return; }
    clearTimeout(timer);
    busy = true;
    say(words.sending);
    var request = new XMLHttpRequest();
    function lost() { busy = false; later(words.lost); }
    request.open('POST', form.getAttribute('action'));
    request.setRequestHeader('content-type', 'application/x-www-form-urlencoded');
    request.timeout = 45e3;
    request.onload = function () { busy = false; answered(request); };
    request.onerror = lost;
    request.ontimeout = lost;
    request.send(pending);
  }

  function answered(request) {
    var code = request.status, page = new DOMParser().parseFromString(request.responseText, 'text/html');
    var said = page.querySelector('[data-say]'), again = page.querySelector('form[data-words] .q'), text = '';
    /* Only a page of ours counts as an answer, not that of a network which wants a log-in first. */
    if (code === 200 && said && said.getAttribute('data-say') === 'thanks') { end(page, request.responseURL || ''); }
    else if (code === 422 && again) { pending = ''; replace(page); }
    else if (said && (code === 404 || code === 410 || code === 422)) {
      /* A newer link of the same person finds them again; so does the right one after a wrong one. */
      end(page, '', code === 404 || said.getAttribute('data-say') === 'newer');
    }
    else if (said && code < 500 && code !== 408 && code !== 429) {
      pending = '';
      refresh();
      save();
      each(all(said, 'h1,h1~p:not(.safe)'), function (part) { text += part.textContent + ' '; });
      say(text);
    } else { later(code < 500 && !said ? words.lost : words.busy); }
  }

  function end(page, to, stays) {
    over = true;
    clearTimeout(expiry);
    if (!stays) { forget(to); }
    replace(page);
    if (to) { win.history.replaceState(null, '', to); }
  }

  function replace(page) {
    doc.title = page.title;
    doc.documentElement.lang = page.documentElement.lang;
    doc.documentElement.dir = page.documentElement.dir;
    doc.body = doc.adoptNode(page.body);
    win.scrollTo(0, 0);
    start();
    page = doc.getElementById('errors') || doc.querySelector('h1');
    page.tabIndex = -1;
    page.focus();
  }

  /* --- The page ----------------------------------------------------------------------------------------------- */

  function offline(yes) { if (net) { net.textContent = yes && !pending ? words.offline : ''; } }

  function start() {
    var summary = doc.getElementById('errors'), kept, notice;
    form = doc.querySelector('form[data-words]');
    if (summary) { summary.focus(); }
    if (!form) { return; }
    if (!html) { html = '<!DOCTYPE html>' + doc.documentElement.outerHTML.replace('<form ', '<form data-copy="" '); }
    words = JSON.parse(form.getAttribute('data-words'));
    key = form.querySelector('[name=submission]') || {};
    own = key.value;
    questions = all(form, '.q');
    sections = all(form, 'section');
    button = form.querySelector('button');
    caption = button.textContent;
    status = doc.getElementById('status');
    line = doc.getElementById('progress');
    bar = doc.getElementById('bar');
    net = doc.getElementById('net');
    pending = '';
    delay = 0;
    step = -1;
    personal = form.getAttribute('data-draft');
    life = personal ? 12096e5 : 36e5;
    prefix = NAME + (personal ? '-own:' : ':');
    place = personal ? prefix + personal : form.hasAttribute('data-keep') &&
      prefix + form.getAttribute('action').split('?')[0] + ' ' + form.querySelector('[name=_campaign]').value;
    keep = true;
    sweep();
    keep = !!stored(function (box) { return box.getItem(place); });
    offer();
    kept = draft();
    if (kept && kept.mark !== mark() && copies() && !again && !summary) { reopen(); return; }
    flag(doc.documentElement, 'js', true);
    each(all(form, '.only'), function (sentence) { sentence.hidden = true; });
    each(all(form, '[maxlength]'), function (field) {
      var left = field.parentNode.appendChild(put('p', '')), pause;
      left.className = 'hint left';
      left.setAttribute('role', 'status');
      /* Said after a pause, not at every letter. */
      field.addEventListener('input', function () {
        clearTimeout(pause);
        pause = setTimeout(function () {
          left.textContent = words.left.replace('#', field.maxLength - field.value.length);
        }, 600);
      });
    });
    form.addEventListener('change', changed);
    form.addEventListener('input', changed);
    form.addEventListener('submit', submit);
    if (form.hasAttribute('data-paged') && !summary) { paginate(); }
    if (summary) { refresh(); save(); }
    else if (kept) {
      fill(kept);
      if (pending) { attempt(); }
      else {
        notice = put('div', '');
        notice.className = 'kept';
        notice.appendChild(put('p', words.restored)).setAttribute('role', 'status');
        notice.appendChild(put('button', words.fresh)).addEventListener('click', function () {
          notice.parentNode.removeChild(notice);
          forget();
          form.reset();
          key.value = own;
          if (tick) { tick.checked = keep; }
          show(step < 0 ? -1 : 0, true);
        });
        notice.lastChild.type = 'button';
        notice.lastChild.className = 'plain';
        form.insertBefore(notice, form.firstChild);
      }
    } else { refresh(); }
    each(all(doc, '#errors a'), function (link) {
      var field = doc.querySelector(link.getAttribute('href')), no = field && field.closest('.q').querySelector('.no');
      if (no) { link.textContent = link.textContent.replace(/^\s*\d+\./, no.textContent); }
    });
    say('');
    offline(nav.onLine === false || form.hasAttribute('data-copy'));
  }

  function offer() {
    var box = doc.getElementById('keeping');
    if (!box) { return; }
    box.hidden = false;
    tick = box.querySelector('input');
    tick.checked = keep;
    /* What is kept moves with the choice: the form hears of the change next, and saves. */
    tick.addEventListener('change', function () { forget(); keep = tick.checked; });
  }

  function changed() {
    if ((personal || !place) && !dirty) { win.addEventListener('beforeunload', leaving); }
    dirty = true;
    refresh();
    save();
  }

  /* What is kept no longer than this window: leaving asks first. */
  function leaving(event) {
    if (over || keep) { return; }
    event.preventDefault();
    event.returnValue = '';
  }

  function submit(event) {
    event.preventDefault();
    if (pending) { attempt(); return; }
    var kept = draft();
    if (kept && kept.mark === mark()) { key.value = kept.key; }
    if (step >= 0 && step < steps().length - 1) { move(1); return; }
    if (step >= 0 && complain(steps()[step])) { return; }
    if (complain(form)) { show(-1); return; }
    pending = body();
    tell();
    offline(false);
    refresh();
    save();
    attempt();
  }

  if (!doc.documentElement.closest || !win.DOMParser || !win.JSON) { return; }
  start();
  win.addEventListener('online', function () { if (form && !over) { offline(false); delay = 0; attempt(); } });
  win.addEventListener('offline', function () { offline(true); });
  doc.addEventListener('visibilitychange', function () { if (doc.hidden) { tell(); } else { attempt(); } });
  win.addEventListener('popstate', function (event) {
    if (over) { location.reload(); }
    else if (step >= 0) { show((event.state || {}).step || 0, true); }
  });
  win.addEventListener('pageshow', function (event) {
    /* Kept by the browser while the answers were sent or ran out elsewhere. */
    if (event.persisted && form && saved && !draft()) { location.reload(); }
  });
  win.addEventListener('storage', function (event) {
    var kept = form && !over && event.key === place && read(event.newValue);
    if (!kept) { return; }
    if (kept.to && (kept.key === key.value || !dirty)) { over = true; location.replace(kept.to); }
    else if (kept.answers) { fill(kept); }
  });
}());
