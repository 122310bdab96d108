// A network that fails where a test says so, by the DevTools protocol, and the count of what the server really keeps.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How many answers the database holds for the counter's campaign, as `sipas report` counts them. */
export async function stored(stage, campaign = 'sipas-2026-q4') {
  const env = { ...process.env, SIPAS_DATABASE_URL: `sqlite:${join(stage.folder, 'demo', 'demo.db')}` };
  const { stdout } = await run(stage.binary, ['report', campaign, '--format', 'json'], { env, maxBuffer: 1 << 28 });
  return JSON.parse(stdout).responses.stored;
}

/** Cuts the network of every page and worker of the profile, or connects it again. */
export const cut = (context, off = true) => context.setOffline(off);

/**
 * Breaks POSTs: `before` they leave the phone, or `after` the server has answered, so that its answer is lost.
 * Gives the number broken, and the way to mend it.
 */
export async function breakPosts(page, where) {
  const session = await page.context().newCDPSession(page);
  const broken = { count: 0 };
  await session.send('Fetch.enable', {
    patterns: [{ urlPattern: '*', requestStage: where === 'before' ? 'Request' : 'Response' }],
  });
  session.on('Fetch.requestPaused', async ({ requestId, request, responseStatusCode }) => {
    try {
      if (request.method !== 'POST') return await session.send('Fetch.continueRequest', { requestId });
      broken.count += 1;
      broken.status = responseStatusCode;
      await session.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
    } catch {
      // The page is gone.
    }
    return undefined;
  });
  return { broken, mend: () => session.send('Fetch.disable').then(() => session.detach()) };
}

/** Everything that the profile keeps of us, by name: drafts, copies of pages, workers. */
export function kept(page) {
  return page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...await caches.keys(),
    ...(await navigator.serviceWorker.getRegistrations()).map((worker) => worker.scope),
  ]);
}

/** Waits until something asynchronous in the page is so; `waitForFunction` takes a promise itself for true. */
async function until(page, check, what) {
  for (let tries = 0; !(await page.evaluate(check)); tries += 1) {
    assert.ok(tries < 1_000, what);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/** Waits until the profile keeps nothing of us: caches and workers go a moment after they are told to. */
export async function nothingKept(page) {
  await until(page, async () => localStorage.length + sessionStorage.length + (await caches.keys()).length +
    (await navigator.serviceWorker.getRegistrations()).length === 0, 'something is still kept');
}

/** Waits until a copy of the page and its script is kept for a reload without a network. */
export async function copied(page) {
  await until(page, async () => {
    const worker = await navigator.serviceWorker.getRegistration('/k/');
    if (worker?.active?.state !== 'activated' || !(await caches.has('sipas'))) return false;
    return (await (await caches.open('sipas')).keys()).length === 2;
  }, 'no copy is kept');
}
