/* Registered by respond.js once there are answers that have not been sent, gone once they are: a reload without a
   network then shows the same page again. The network comes first, always; only a page that was put aside within the
   hour stands in, and only where there is no answer at all. Nothing else passes through here. */
'use strict';
const NAME = 'sipas';
const HOUR = 36e5;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function kept(request) {
  const cache = await caches.open(NAME);
  const copy = await cache.match(request, { ignoreVary: true });
  const time = copy && copy.headers.get('x-kept');
  if (time && Math.abs(Date.now() - time) >= HOUR) {
    await caches.delete(NAME);
    return undefined;
  }
  return copy;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const ours = request.mode === 'navigate' || new URL(request.url).pathname.startsWith('/static/');
  if (request.method !== 'GET' || !ours) return;
  event.respondWith(fetch(request).catch(async (error) => {
    const copy = await kept(request);
    if (copy) return copy;
    throw error;
  }));
});
