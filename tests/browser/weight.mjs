// Measures what a respondent's first visit costs, on a slow phone with a poor line. Not a test: times differ from machine
// to machine. Prints a table for docs/performance.md; exits with 1 if a limit is missed (--no-fail: only tells).
//
//   SIPAS_BIN=target/release/sipas node tests/browser/weight.mjs

import { gzipSync } from 'node:zlib';
import { PHONE, Stage, answerEverything, send, weigh } from './support.mjs';

const ROUNDS = 5;
/** Six times slower than this machine, 400 kbit/s each way, 400 ms to the server and back. */
const CPU = 6;
const LINE = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

const stage = new Stage();
const rows = [];
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const row = (what, value, limit, unit) => rows.push({ what, value, limit, unit, met: limit === undefined || value <= limit });

/** One visit on a slow phone: when something can be read, and when it answers to a tap, in ms from the first request. */
async function slowVisit(url) {
  let times;
  await stage.visit(PHONE, async (page, context) => {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', LINE);
    await session.send('Emulation.setCPUThrottlingRate', { rate: CPU });
    await page.addInitScript(() => {
      globalThis.longTasks = [];
      new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries()))
        .observe({ type: 'longtask', buffered: true });
      globalThis.shifts = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((shift) => { globalThis.shifts += shift.value; }))
        .observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(url, { waitUntil: 'networkidle' });
    times = await page.evaluate(() => {
      const [visit] = performance.getEntriesByType('navigation');
      const painted = performance.getEntriesByName('first-contentful-paint')[0].startTime;
      const busy = globalThis.longTasks.map((task) => task.startTime + task.duration);
      return {
        painted,
        // Painted, the script has run, and no task longer than 50 ms is left.
        interactive: Math.max(painted, visit.domContentLoadedEventEnd, ...busy),
        shifts: globalThis.shifts,
      };
    });
  });
  return times;
}

try {
  await stage.open();
  for (const [who, url] of [['counter', stage.citizen], ['personal link', stage.official]]) {
    await stage.visit(PHONE, async (page, context) => {
      const requests = await weigh(page, context, url);
      row(`${who}: requests of a first visit`, requests.length, 2, '');
      row(`${who}: bytes over the wire, heads included`, requests.reduce((sum, { bytes }) => sum + bytes, 0), 14 * 1024, 'B');
      const script = await page.evaluate(async () => (await fetch(document.querySelector('script[src]').src)).text());
      row(`${who}: script, compressed`, gzipSync(script, { level: 9 }).length, 6 * 1024, 'B');
    });
    const visits = [];
    for (let round = 0; round < ROUNDS; round += 1) visits.push(await slowVisit(url));
    row(`${who}: something to read`, median(visits.map(({ painted }) => painted)), undefined, 'ms');
    row(`${who}: interactive`, median(visits.map(({ interactive }) => interactive)), 2_000, 'ms');
    row(`${who}: layout shift (CLS)`, median(visits.map(({ shifts }) => shifts)), 0.01, '');
  }
  await stage.visit({ ...PHONE, javaScriptEnabled: false }, async (page) => {
    await page.goto(stage.citizen);
    await answerEverything(page);
    row('counter: scripts needed to answer and send', (await send(page)) === 'thanks' ? 0 : 1, 0, '');
  });
  await stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    const taps = (await answerEverything(page)) + 1;
    const questions = await page.locator('.q:visible:has(input[type=radio],input[type=checkbox])').count();
    row('counter: taps beyond one for each question', taps - questions, 2, '');
  });
} finally {
  await stage.close();
}

console.log('| what | measured | wanted |\n|---|---|---|');
for (const { what, value, limit, unit } of rows) {
  const figure = Number.isInteger(value) ? value : value < 1 ? value.toFixed(3) : Math.round(value);
  console.log(`| ${what} | ${figure} ${unit} | ${limit === undefined ? '–' : `≤ ${limit} ${unit}`} |`.replace(/ +\|/g, ' |'));
}
const missed = rows.filter(({ met }) => !met);
for (const { what } of missed) console.error(`missed: ${what}`);
process.exitCode = missed.length > 0 && !process.argv.includes('--no-fail') ? 1 : 0;
