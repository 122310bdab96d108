/* Keeps the watching page up to date: the server sends the parts that changed, each with its id. Without this script, or
   with an old browser, the page is as it was when it was loaded. Nothing is asked for while the page is hidden. */
(function () {
  'use strict';
  const line = document.getElementById('live');
  if (!line || !window.EventSource) { return; }
  const button = line.querySelector('button');
  const says = line.querySelector('[data-says]');
  let source, paused = false, over = false;

  function put(id, html) {
    const old = document.getElementById(id);
    if (!old) { return; }
    const held = old.contains(document.activeElement) && document.activeElement.getAttribute('href');
    const open = Array.prototype.map.call(old.querySelectorAll('details[open][id]'), (part) => part.id);
    /* A row can only be read inside a table. */
    const box = document.createElement('template');
    box.innerHTML = html;
    old.replaceWith(box.content);
    open.forEach((part) => { const found = document.getElementById(part); if (found) { found.open = true; } });
    const link = held && Array.prototype.find.call(
      document.getElementById(id).querySelectorAll('a'), (part) => part.getAttribute('href') === held);
    if (link) { link.focus({ preventScroll: true }); }
  }

  function say(what) {
    if (says.textContent !== line.getAttribute('data-' + what)) { says.textContent = line.getAttribute('data-' + what); }
  }

  function stop() {
    if (source) { source.close(); }
    source = null;
  }

  function start() {
    if (source || paused || over || document.hidden) { return; }
    source = new EventSource(line.getAttribute('data-events'));
    source.onopen = () => say('on');
    source.onmessage = (event) => JSON.parse(event.data).forEach((part) => put(part[0], part[1]));
    source.addEventListener('end', () => { over = true; stop(); say('ended'); button.hidden = true; });
    source.onerror = () => { if (!over) { say(source.readyState === 2 ? 'ended' : 'lost'); } };
  }

  button.hidden = false;
  button.addEventListener('click', () => {
    paused = !paused;
    button.textContent = button.getAttribute(paused ? 'data-resume' : 'data-pause');
    if (paused) { stop(); say('paused'); } else { start(); }
  });
  document.addEventListener('visibilitychange', () => { if (document.hidden) { stop(); } else { start(); } });
  window.addEventListener('pagehide', stop);
  window.addEventListener('pageshow', start);
  start();
}());
