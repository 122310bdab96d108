/* Lets a tablet that was switched off start again without a network. The network comes first; what it sent last stands
   in, marked with `x-kept`, so that no key of it is taken for a new one. Nothing of what people answer passes through
   here. */
'use strict';
const NAME = 'sipas-kiosk';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function answer(request) {
  const cache = await caches.open(NAME);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await cache.put(request.url, fresh.clone());
    if (fresh.status === 404 || fresh.status === 410) await cache.delete(request.url);
    return fresh;
  } catch (error) {
    const copy = await cache.match(request.url, { ignoreVary: true });
    if (!copy) throw error;
    const headers = new Headers(copy.headers);
    headers.set('x-kept', '1');
    return new Response(copy.body, { status: copy.status, headers });
  }
}

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  const ours = /^\/k\/[^/]+\/kiosk$/.test(pathname) || /^\/static\/kiosk\./.test(pathname);
  if (event.request.method === 'GET' && ours) event.respondWith(answer(event.request));
});
