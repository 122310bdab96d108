/* Says that a file is being made until it is there. What the form or the link asks for is fetched in the background and kept
   from there; whatever else comes back, such as a page that says why not, is shown as without this script. */
'use strict';
(function () {
  var anchor = document.createElement('a');
  if (!window.fetch || !window.URLSearchParams || !window.FormData || !('download' in anchor)) { return; }

  function keep(file, name) {
    var link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
    /* The browser reads it for a while after the click. */
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
  }

  function watch(status) {
    var place = status.parentNode;
    var making = false;

    function make(address) {
      if (making) { return; }
      making = true;
      status.textContent = status.getAttribute('data-making');
      fetch(address, { credentials: 'same-origin' }).then(function (answer) {
        var named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') || '');
        if (!answer.ok || !named) { throw new Error('no file'); }
        return answer.blob().then(function (file) {
          keep(file, named[1]);
          status.textContent = status.getAttribute('data-made');
        });
      }).catch(function () {
        status.textContent = '';
        location.href = address;
      }).then(function () {
        making = false;
      });
    }

    if (place.tagName === 'FORM') {
      place.addEventListener('submit', function (event) {
        event.preventDefault();
        make(place.action + '?' + new URLSearchParams(new FormData(place)).toString());
      });
    } else {
      place.addEventListener('click', function (event) {
        var link = event.target;
        var plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (plain && link.tagName === 'A' && /\.(pdf|docx|xlsx|zip)$/.test(link.pathname)) {
          event.preventDefault();
          make(link.href);
        }
      });
    }
  }

  Array.prototype.forEach.call(document.querySelectorAll('[role=status][data-making]'), watch);
}());
