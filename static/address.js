/* A page that answers to a form which was not taken has no address of its own: whoever sends the form again and then goes
   back would be asked by the browser to send the old one once more. When the form leaves, its page takes the address that it
   can be opened at. Until then it keeps what was typed through a reload. */
(function () {
  'use strict';
  document.addEventListener('submit', function (event) {
    var place = event.target.closest('[data-address]');
    if (place) { history.replaceState(null, '', place.dataset.address); }
  });
}());
