/* Sends a form again after the log-in. Without this, and when somebody comes back to the page, there is its button. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-again]');
  var entry = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  if (form && !(entry && (entry.type === 'back_forward' || entry.type === 'reload'))) { form.submit(); }
}());
