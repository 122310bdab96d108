// Every state of every respondent's page, held to axe and to the rules of rules.mjs, in all sizes and colours.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { DESK, PHONE, Stage, accessible, answerEverything, labelOf, openQuestions, send, sendButton } from './support.mjs';
import { breakPosts, copied, cut } from './network.mjs';
import { brokenRules, focus } from './rules.mjs';

const run = promisify(execFile);
const stage = new Stage();
const DAY = 86_400_000;

/** Two more campaigns: one that is over, one that has not begun. */
before(async () => {
  await stage.open();
  const at = (days) => new Date(Date.now() + days * DAY).toISOString().replace(/\.\d+Z/, 'Z');
  const campaign = (slug, from, to) => `
[[campaign]]
slug = "${slug}"
definition = "sipas"
form = "counter"
title = { vi = "Đợt thử", en = "Trial" }
opens = ${at(from)}
closes = ${at(to)}
[[campaign.counter]]
code = "${slug}"
unit = "thu"
name = "Quầy thử"
public = true
`;
  const file = join(stage.folder, 'more.toml');
  await writeFile(file, `[[unit]]\ncode = "thu"\nname = "Đơn vị thử"\nkind = "one-stop"\n${campaign('cu', -9, -2)}${campaign('moi', 2, 9)}`);
  const env = { ...process.env, SIPAS_DATABASE_URL: `sqlite:${join(stage.folder, 'demo', 'demo.db')}` };
  await run(stage.binary, ['apply', file], { env, cwd: stage.folder });
});
after(() => stage.close());

const at = (path) => new URL(path, stage.citizen).href;
const first = async (page, place = 2) => (await labelOf(page, (await openQuestions(page))[0], place)).tap();

/** Each state: how it is reached on a phone. What the network does there is meant. */
const STATES = {
  form: { fresh: true, reach: (page) => page.goto(stage.citizen) },
  'form-english': { fresh: true, reach: (page) => page.goto(`${stage.citizen}?lang=en`) },
  'form-answered': {
    async reach(page) {
      await page.goto(stage.citizen);
      await answerEverything(page, { place: 4 });
    },
  },
  'form-errors': {
    async reach(page) {
      await page.goto(stage.citizen);
      await first(page);
      assert.equal(await send(page), 'errors');
    },
  },
  'form-restored': {
    async reach(page) {
      await page.goto(stage.citizen);
      await first(page);
      await page.reload();
      await page.locator('.kept').waitFor();
    },
  },
  'form-offline': {
    async reach(page, context) {
      await page.goto(stage.citizen);
      await first(page);
      await copied(page);
      await cut(context);
      await page.reload();
      await page.getByText(/Mất mạng;/).waitFor();
    },
  },
  'form-sending': {
    async reach(page, context) {
      await page.goto(stage.citizen);
      await answerEverything(page);
      // Never answered.
      await context.route('**/k/*', (route) => (route.request().method() === 'POST' ? undefined : route.continue()));
      await sendButton(page).tap();
      await page.locator('#status', { hasText: 'Đang gửi' }).waitFor();
    },
  },
  'form-lost': {
    async reach(page) {
      await page.goto(stage.citizen);
      await answerEverything(page);
      await breakPosts(page, 'before');
      await sendButton(page).tap();
      await page.getByRole('button', { name: 'Thử gửi lại ngay' }).waitFor();
    },
  },
  thanks: {
    async reach(page) {
      await page.goto(stage.citizen);
      await answerEverything(page);
      assert.equal(await send(page), 'thanks');
    },
  },
  details: {
    async reach(page) {
      await page.goto(stage.citizen);
      await page.locator('a.more').tap();
      await page.waitForURL(/thong-tin/);
    },
  },
  unknown: { reach: (page) => page.goto(at('/k/khong-co')) },
  closed: {
    async reach(page) {
      assert.equal((await page.goto(at('/k/cu'))).status(), 410);
    },
  },
  early: {
    async reach(page) {
      assert.equal((await page.goto(at('/k/moi'))).status(), 404);
    },
  },
  'official-first-part': { fresh: true, reach: (page) => page.goto(stage.official) },
  'official-part-errors': {
    async reach(page) {
      await page.goto(stage.official);
      assert.equal(await send(page), 'errors');
    },
  },
  'official-last-part': {
    async reach(page) {
      await page.goto(stage.official);
      await answerEverything(page);
    },
  },
};

for (const [name, { fresh, reach }] of Object.entries(STATES)) {
  test(`M-02, M-03, M-05, M-06: ${name}`, () =>
    stage.visit({ ...PHONE, mayFail: true }, async (page, context) => {
      page.on('dialog', (dialog) => dialog.accept());
      await reach(page, context);
      await accessible(page, name, { fresh });
    }));
}

// axe itself is a script, so here it is the page's own script that never arrives.
test('M-01, M-02: without the script: the form, its errors, a form too large or broken', () =>
  stage.visit({ ...PHONE, mayFail: true }, async (page, context) => {
    await context.route('**/static/*.js', (route) => route.abort());
    await page.goto(stage.citizen);
    await accessible(page, 'plain-form', { fresh: true });
    await (await labelOf(page, (await openQuestions(page))[0], 1)).tap();
    assert.equal(await send(page), 'errors');
    await accessible(page, 'plain-errors');
    // Past the limit of the page itself, as an old browser without `maxlength` would.
    await page.goto(stage.citizen);
    await page.evaluate(() => {
      const text = document.querySelector('textarea');
      text.removeAttribute('maxlength');
      text.value = 'a'.repeat(300 * 1024);
    });
    assert.equal(await send(page), '');
    await accessible(page, 'plain-too-large');
    await page.goto(stage.citizen);
    await page.evaluate(() => { document.querySelector('[name=submission]').value = ''; });
    assert.equal(await send(page), 'errors');
    await accessible(page, 'plain-without-key');
  }));

test('M-03: the rules see what axe lets pass', () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    assert.deepEqual(await brokenRules(page, { fresh: true }), []);
    const breaks = {
      'no fieldset with a legend': () => document.querySelectorAll('legend').forEach((legend) => legend.remove()),
      'chosen beforehand': () => document.querySelector('input[type=radio]').setAttribute('checked', ''),
      'no words': () => { document.querySelector('label > span').textContent = ''; },
      'px apart': () => document.querySelectorAll('fieldset label').forEach((label) => { label.style.marginTop = '2px'; }),
      'px to tap': () => { document.querySelector('form button').style.cssText = 'min-height:0;padding:0;font-size:1rem'; },
      'is small': () => { document.querySelector('legend').style.fontSize = '12px'; },
      'cut off': () => { document.querySelector('legend').style.cssText = 'height:10px;overflow:hidden'; },
      'edge of': () => document.querySelectorAll('fieldset input').forEach((input) => { input.style.borderColor = '#ccc'; }),
      'no status': () => document.querySelectorAll('[role=status]').forEach((status) => status.removeAttribute('role')),
      'exactly one h1': () => document.querySelector('h1').remove(),
      'points nowhere': () => document.querySelector('fieldset').setAttribute('aria-describedby', 'none'),
      'of content in': () => { document.querySelector('h1').style.width = '900px'; },
    };
    for (const [words, act] of Object.entries(breaks)) {
      await page.reload();
      await page.evaluate(act);
      const found = await brokenRules(page, { fresh: true });
      assert.ok(found.some((fault) => fault.includes(words)), `${words}: ${found}`);
    }
  }));

test('M-06, M-12: 200 % text, wide spacing and forced colours cut nothing off at 320 px', () =>
  stage.visit({ ...PHONE, viewport: { width: 320, height: 640 } }, async (page) => {
    for (const url of [stage.citizen, stage.official]) {
      await page.goto(url);
      if (url === stage.citizen) await send(page);
      await page.evaluate(() => { document.documentElement.style.fontSize = '225%'; });
      assert.deepEqual(await brokenRules(page), [], 'text at 200 %');
      await page.evaluate(() => {
        document.documentElement.style.fontSize = '';
        for (const element of document.querySelectorAll('body *')) {
          element.style.setProperty('line-height', '1.5', 'important');
          element.style.setProperty('letter-spacing', '0.12em', 'important');
          element.style.setProperty('word-spacing', '0.16em', 'important');
          if (element.matches('p')) element.style.setProperty('margin-bottom', '2em', 'important');
        }
      });
      assert.deepEqual(await brokenRules(page), [], 'text spacing');
      await page.emulateMedia({ forcedColors: 'active' });
      assert.deepEqual(await brokenRules(page), [], 'forced colours');
      // What is chosen is told by more than a colour.
      const radio = page.locator('input[type=radio]:visible').first();
      const before = await radio.screenshot();
      await radio.check({ force: true });
      assert.notDeepEqual(await radio.screenshot(), before);
      await page.emulateMedia({ forcedColors: 'none' });
    }
  }));

test('M-12: letters of two forms look the same, and capitals with two marks have their room', () =>
  stage.visit(DESK, async (page) => {
    await page.goto(stage.citizen);
    const heights = await page.evaluate(() => ['AaNn', 'ẾỆỔỘỨỰỒẪ'.normalize('NFC'), 'ẾỆỔỘỨỰỒẪ'.normalize('NFD')].map((text) => {
      const title = document.querySelector('h1');
      title.textContent = text;
      return title.getBoundingClientRect().height;
    }));
    assert.deepEqual(new Set(heights).size, 1, `${heights}: marks push lines apart`);
  }));

test('M-04: forwards and backwards with the keyboard the focus is seen and covered by nothing', () =>
  stage.visit({ viewport: { width: 360, height: 640 } }, async (page) => {
    await page.goto(stage.citizen);
    const step = async (key) => {
      await page.keyboard.press(key);
      const now = await focus(page);
      if (now.on) return now;
      assert.ok(now.shown, `no focus to be seen: ${now.what}`);
      assert.ok(now.inView, `out of sight: ${now.what}`);
      assert.ok(!now.covered, `covered: ${now.what}`);
      return now;
    };
    for (let presses = 0; !(await step('Tab')).sends; presses += 1) assert.ok(presses < 200, 'no end');
    for (let presses = 0; presses < 40; presses += 1) if ((await step('Shift+Tab')).on) break;
    // Arrows choose, and nothing moves on by itself (3.2.2, M-08).
    await page.locator('input[type=radio]').first().focus();
    await step('Space');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) assert.equal((await step(key)).type, 'radio');
    assert.equal(await page.locator('input[type=radio]:checked').count(), 1);
    assert.equal(page.url(), stage.citizen);
  }));
