// The stage of the journeys: a demonstration server of its own, a browser, and what every page is held to.
//
// SIPAS_BIN is the binary, CHROMIUM the browser's program; with SIPAS_SCREENSHOTS=DIR pictures are kept there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { brokenRules } from './rules.mjs';

// Servers run in folders of their own.
const BINARY = process.env.SIPAS_BIN ? resolve(process.env.SIPAS_BIN) : new URL('../../target/debug/sipas', import.meta.url).pathname;
const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const START_MS = 120_000;
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
export const DESK = { viewport: { width: 1280, height: 800 } };

/** A demonstration server and a browser: `open` before the journeys, `close` after them. */
export class Stage {
  binary = BINARY;

  async open() {
    this.folder = await mkdtemp(join(tmpdir(), 'sipas-browser-'));
    try {
      await this.#startServer();
      this.browser = await chromium.launch({
        executablePath: BROWSER,
        // Chromium's sandbox does not work for root.
        args: process.getuid() === 0 ? ['--no-sandbox'] : [],
      });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close() {
    await this.browser?.close();
    if (this.server?.exitCode === null) {
      const gone = once(this.server, 'exit');
      this.server.kill('SIGTERM');
      const late = setTimeout(() => this.server.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Starts `sipas demo` and reads the addresses that it prints. */
  async #startServer() {
    const args = ['demo', '--listen', '127.0.0.1:0', '--dir', join(this.folder, 'demo')];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SIPAS_')));
    this.server = spawn(BINARY, args, { env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    this.server.stderr.on('data', (data) => { log += data; });
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`sipas demo: ${why}\n${log}`));
      const late = setTimeout(() => fail('not ready in time'), START_MS);
      this.server.once('error', (error) => fail(error.message));
      this.server.once('exit', (code) => { clearTimeout(late); fail(`ended with ${code}`); });
      createInterface({ input: this.server.stdout }).on('line', (line) => {
        const [what, url, user, password] = line.split('\t');
        if (what === 'staff' || what === 'administrator') this[what] = { url, user, password };
        else if (['citizen', 'official', 'raters', 'mail'].includes(what)) this[what] = url;
        else if (what === 'ready') { clearTimeout(late); resolve(); }
      });
    });
    for (const what of ['citizen', 'official', 'raters', 'mail', 'staff']) assert.ok(this[what], `no ${what} line`);
  }

  /**
   * Does something in a fresh browser profile: `act(page, context)`. Fails on whatever the browser complains of:
   * script errors, breaches of the content security policy, requests to elsewhere but `others`; with `mayFail` not of a
   * network that the test itself cuts. `then` sees what `act` gave, and the page.
   */
  async visit({ mayFail = false, others = [], ...options }, act, then) {
    const context = await this.browser.newContext({
      locale: 'vi-VN',
      timezoneId: 'Asia/Ho_Chi_Minh',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(20_000);
    const complaints = [];
    const home = new URL(this.citizen).origin;
    context.on('weberror', (error) => complaints.push(`script: ${error.error()}`));
    context.on('console', (message) => {
      // A page may well be answered with 422 or 410; Chromium reports that as an error of loading.
      const status = /^Failed to load resource: .* status of 4\d\d/.test(message.text()) ||
        (mayFail && /^Failed to load resource|net::ERR_/.test(message.text()));
      if (message.type() === 'error' && !status) complaints.push(`console: ${message.text()}`);
    });
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.origin !== home && !others.includes(url.origin)) complaints.push(`request elsewhere: ${url}`);
    });
    try {
      const page = await context.newPage();
      const given = await act(page, context);
      if (then) await then(given, page);
      assert.deepEqual(complaints, [], 'what the browser complained of');
    } finally {
      await context.close();
    }
  }
}

/** Keeps a picture of the whole page if SIPAS_SCREENSHOTS names a folder. */
export async function picture(page, name) {
  if (process.env.SIPAS_SCREENSHOTS) {
    await page.screenshot({ path: join(process.env.SIPAS_SCREENSHOTS, `${name}.png`), fullPage: true });
  }
}

/** Sizes and colours in which every page is looked at: each size, each colour, the smallest in all of them. */
const LOOKS = [
  { width: 320, height: 640 },
  { width: 320, height: 640, colorScheme: 'dark' },
  { width: 360, height: 640, contrast: 'more' },
  { width: 768, height: 1024 },
  { width: 1080, height: 1920 },
  { width: 1280, height: 800, colorScheme: 'dark' },
];

/** M-02, M-03, M-05, M-06: axe with all its rules and our own (rules.mjs) find nothing, in any look. */
export async function accessible(page, name, { fresh = false, staff = /^\/(admin|mail)/.test(new URL(page.url()).pathname) } = {}) {
  // A style sheet that is made ready for the first time may come after the heading that was waited for.
  await page.waitForLoadState('load');
  await page.evaluate(axeSource);
  const before = page.viewportSize();
  for (const { width, height, colorScheme = 'light', contrast = 'no-preference' } of LOOKS) {
    await page.emulateMedia({ colorScheme, contrast });
    await page.setViewportSize({ width, height });
    const where = `${name}, ${width} px, ${colorScheme}, contrast ${contrast}`;
    const found = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document);
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' ')}`);
    });
    assert.deepEqual(found, [], `axe: ${where}`);
    assert.deepEqual(await brokenRules(page, { fresh, staff }), [], where);
    await picture(page, `${name}-${width}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null, contrast: null });
  await page.setViewportSize(before);
}

export async function fitsSideways(page, where) {
  const [content, window] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  assert.ok(content <= window, `${where}: ${content} px of content in ${window} px`);
}

/** M-03, M-05: what axe does not see of a questionnaire that was just opened. */
export async function questionnaireIsSound(page) {
  assert.deepEqual(await brokenRules(page, { fresh: true }), []);
}

/** The names of the choices shown and not yet made. */
export function openQuestions(page) {
  return page.evaluate(() => {
    const radios = [...document.querySelectorAll('input[type=radio]')].filter((radio) =>
      radio.labels[0]?.checkVisibility());
    const made = new Set(radios.filter((radio) => radio.checked).map((radio) => radio.name));
    return [...new Set(radios.map((radio) => radio.name))].filter((name) => !made.has(name));
  });
}

/** What is tapped or clicked to choose the option at this place of a question, or the last one before it. */
export async function labelOf(page, question, place) {
  const radios = page.locator(`input[type=radio][name="${question}"]`);
  const radio = radios.nth(Math.min(place, (await radios.count()) - 1));
  return (await radio.evaluateHandle((input) => input.labels[0])).asElement();
}

/**
 * Answers every question shown, those that the answers bring up, and those of the sections that follow; taps where there
 * is a finger. Gives the number of taps.
 */
export async function answerEverything(page, { touch = true, place = 0 } = {}) {
  const further = page.locator('form button[data-move="1"]:not(.off)');
  let taps = 0;
  for (;;) {
    const [question] = await openQuestions(page);
    if (!question && (await further.count()) === 0) return taps;
    const target = question ? await labelOf(page, question, place) : further;
    await (touch ? target.tap() : target.click());
    taps += 1;
    assert.ok(taps < 200, `${question} cannot be answered`);
  }
}

/** The button that sends the page's form. */
export const sendButton = (page) => page.locator('form[method=post]').getByRole('button').last();

/**
 * Presses the button and waits for what comes of it: 'errors' (a new summary, of the page itself or from the server) or
 * the `data-say` of the page that says what happened, which is 'thanks' when the answers were taken.
 */
export async function send(page, press = (button) => button.click()) {
  await page.evaluate(() => document.getElementById('errors')?.setAttribute('data-seen', ''));
  await press(sendButton(page));
  const end = page.locator('#errors:not([data-seen]), [data-say]').first();
  await end.waitFor();
  await page.waitForLoadState();
  return (await end.getAttribute('data-say')) ?? 'errors';
}

/** The error summary. */
export const errorSummary = (page) => page.locator('[role=alert], #errors').first();

/** M-03: every link of the summary leads to a control that is shown; gives the names of their questions. */
export async function questionsOfSummary(page) {
  const links = errorSummary(page).getByRole('link');
  const names = [];
  for (const link of await links.all()) {
    const href = await link.getAttribute('href');
    assert.match(href, /^#./);
    const control = page.locator(`[id="${href.slice(1)}"]`);
    assert.equal(await control.count(), 1, `${href} leads nowhere`);
    names.push(await control.evaluate((element) => element.name));
  }
  return names;
}

/** Reads what a page needs until it is there: the requests, and the bytes that came over the wire. */
export async function weigh(page, context, url) {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const requests = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith('data:')) requests.set(requestId, { url: request.url, bytes: 0 });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (requests.has(requestId)) requests.get(requestId).bytes = encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await session.detach();
  return [...requests.values()];
}
