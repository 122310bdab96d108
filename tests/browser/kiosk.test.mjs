// A tablet at a counter: persons one after the other, a network that comes and goes, staff who leave by a code.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { Stage, answerEverything, fitsSideways, picture, questionnaireIsSound, send } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const CODE = '2468';
const SIZES = [{ width: 768, height: 1024 }, { width: 1080, height: 1920 }, { width: 1280, height: 800 }];
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kiosk = () => `${stage.citizen}/kiosk`;
const panel = (page, name) => page.locator(`[data-panel="${name}"]`);
const waiting = (page) => page.locator('#queue').innerText();

/** A tablet of its own: `act(page, context)`; fails on script errors and breaches of the content security policy. */
async function tablet(act, { size = SIZES[0], clock = false, ...options } = {}) {
  const context = await stage.browser.newContext({
    locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh', reducedMotion: 'reduce', viewport: size, hasTouch: true, ...options,
  });
  context.setDefaultTimeout(20_000);
  const complaints = [];
  context.on('weberror', (error) => complaints.push(`script: ${error.error()}`));
  context.on('console', (message) => {
    // A network that is cut is what is tested here; a wrong code is answered with 403.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  try {
    const page = await context.newPage();
    if (clock) await page.clock.install();
    await page.goto(kiosk());
    await act(page, context);
    assert.deepEqual(complaints, [], 'what the browser complained of');
  } finally {
    await context.close();
  }
}

/** M-02 on what is seen now. */
async function sound(page, name) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values } });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(' ')}`);
  });
  assert.deepEqual(found, [], `axe: ${name}`);
  await fitsSideways(page, name);
  await picture(page, name);
}

const begin = async (page, lang = 'vi') => {
  await panel(page, 'start').locator(`[data-lang=${lang}]`).tap();
  await panel(page, 'ask').waitFor();
};

/** Answers all and sends; resolves on the thanks. */
async function finish(page, comment = '') {
  await answerEverything(page);
  if (comment) await page.locator('textarea').fill(comment);
  await panel(page, 'ask').locator('form button').last().tap();
  await panel(page, 'thanks').waitFor();
}

/** How many sheets of tablets the open campaign counts. */
async function counted(context) {
  const login = new URL('/admin/login', stage.staff.url).href;
  const form = { name: stage.staff.user, password: stage.staff.password };
  await context.request.post(login, { form });
  const slug = await (await context.request.get(kiosk())).text().then((html) => /name="_campaign" value="([^"]+)"/.exec(html)[1]);
  const json = await (await context.request.get(new URL(`/admin/campaigns/${slug}/report.json`, login).href)).json();
  return json.responses.channels.kiosk ?? 0;
}

for (const size of SIZES) {
  test(`M-02: every state at ${size.width}×${size.height}, and nothing that leads away`, () =>
    tablet(async (page) => {
      const name = (state) => `kiosk-${state}-${size.width}`;
      await panel(page, 'start').waitFor();
      await sound(page, name('start'));
      await begin(page);
      await questionnaireIsSound(page);
      await sound(page, name('ask'));
      await page.locator('summary').tap();
      await sound(page, name('notice'));
      await panel(page, 'ask').locator('form button').last().tap();
      await page.locator('#errors').waitFor();
      assert.ok(await page.evaluate(() => document.activeElement.id === 'errors'), 'M-07: focus');
      await sound(page, name('errors'));
      const away = await page.locator('a[href]').evaluateAll((links) =>
        links.map((link) => link.getAttribute('href')).filter((href) => !href.startsWith('#') && !/\/kiosk(\?|$)/.test(href)));
      assert.deepEqual(away, []);
      await finish(page);
      await page.getByText('Phiếu của Ông/Bà đã được lưu.').waitFor();
      await sound(page, name('thanks'));
      await page.locator('#thanks-home').tap();
      await page.locator('#staff-open').tap();
      await sound(page, name('staff'));
    }, { size }));
}

test('two persons in a row: nothing of the first is there for the second, nor behind the back button', () =>
  tablet(async (page, context) => {
    const keys = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') keys.push(new URLSearchParams(request.postData()).get('submission'));
    });
    await begin(page);
    await finish(page, 'Lời của người thứ nhất');
    await page.getByText('Phiếu của Ông/Bà đã được lưu.').waitFor();
    await page.locator('#thanks-home').tap();
    await panel(page, 'start').waitFor();
    assert.ok(!(await page.content()).includes('người thứ nhất'));
    assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes('nh%E1%BA%A5t'));
    await begin(page, 'en');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await page.locator('input:checked').count(), 0);
    assert.equal(await page.locator('textarea').inputValue(), '');
    await page.goBack();
    await page.goBack();
    assert.equal(page.url(), kiosk());
    assert.equal(await page.locator('input:checked').count(), 0);
    await finish(page);
    await page.getByText('Your form has been stored.').waitFor();
    assert.equal(keys.length, 2);
    assert.notEqual(keys[0], keys[1]);
    assert.ok(keys.every((key) => /^[0-9a-f]{32}$/.test(key)));
    assert.deepEqual(await context.cookies(), []);
  }));

test('without a network sheets wait on the tablet, over a restart, and are sent once each', () =>
  tablet(async (page, context) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    await page.waitForFunction(async () => (await (await caches.open('sipas-kiosk')).keys()).length >= 4);
    const before = await counted(context);
    await context.setOffline(true);
    for (const n of [1, 2, 3]) {
      await begin(page);
      await finish(page);
      await page.getByText(/nằm trên máy này/).waitFor();
      assert.equal(await waiting(page), `${n} phiếu chờ gửi.`);
      if (n === 1) await sound(page, 'kiosk-later-768');
      await page.locator('#thanks-home').tap();
      await panel(page, 'start').waitFor();
    }
    await sound(page, 'kiosk-waiting-768');
    // Switched off and on again, still without a network.
    await page.reload();
    await panel(page, 'start').waitFor();
    assert.equal(await waiting(page), '3 phiếu chờ gửi.');
    await begin(page);
    await page.locator('#quit').tap();
    // The network is back, but the first acknowledgement is lost on its way.
    let lost = false;
    await context.route('**/kiosk', async (route) => {
      if (route.request().method() === 'POST' && !lost) {
        lost = true;
        await route.fetch({ maxRedirects: 0 });
        return route.abort();
      }
      return route.continue();
    });
    await context.setOffline(false);
    await page.waitForFunction(() => document.getElementById('queue').textContent === '', null, { timeout: 30_000 });
    assert.ok(lost);
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => JSON.parse(localStorage[key]).length).length), 0);
    assert.equal(await counted(context), before + 3);
  }));

test('M-08: a pause is warned of, can be extended as often as one likes, and then everything is gone', () =>
  tablet(async (page) => {
    await begin(page);
    await answerEverything(page);
    await page.locator('textarea').fill('chưa xong');
    for (let round = 0; round < 2; round += 1) {
      await page.clock.runFor(61_000);
      await panel(page, 'idle').waitFor();
      if (round === 0) await sound(page, 'kiosk-idle-768');
      await page.locator('#idle-more').tap();
      assert.equal(await page.locator('textarea').inputValue(), 'chưa xong');
    }
    await page.clock.runFor(50_000);
    assert.ok(await panel(page, 'ask').isVisible());
    await page.keyboard.press('Shift');
    await page.clock.runFor(50_000);
    assert.ok(await panel(page, 'ask').isVisible(), 'who types is not asked');
    await page.clock.runFor(12_000);
    await panel(page, 'idle').waitFor();
    await page.clock.runFor(31_000);
    await panel(page, 'start').waitFor();
    await begin(page);
    assert.equal(await page.locator('textarea').inputValue(), '');
    assert.equal(await page.locator('input:checked').count(), 0);
    // The thanks go by themselves, unless somebody stays.
    await finish(page);
    await page.clock.runFor(13_000);
    await panel(page, 'start').waitFor();
    await begin(page);
    await finish(page);
    await page.locator('#thanks-stay').tap();
    await page.clock.runFor(60_000);
    assert.ok(await panel(page, 'thanks').isVisible());
    await page.locator('#thanks-home').tap();
    await panel(page, 'start').waitFor();
  }, { clock: true }));

test('forms that come too late are told of, and a tablet that is full begins no new one', () =>
  tablet(async (page, context) => {
    await context.route('**/kiosk', (route) => (route.request().method() === 'POST'
      ? route.fulfill({ status: 410, contentType: 'text/html', body: '<!DOCTYPE html><div data-say="">Đã kết thúc</div>' })
      : route.continue()));
    await begin(page);
    await finish(page);
    // A first attempt that is lost on a busy machine is made again after a while.
    await page.waitForFunction(() => /1 phiếu không được nhận/.test(document.getElementById('queue').textContent), null, { timeout: 60_000 });
    // A portal that wants a log-in answers everything with a page of its own: nothing is taken for sent.
    await context.unroute('**/kiosk');
    await context.route('**/kiosk', (route) => (route.request().method() === 'POST'
      ? route.fulfill({ status: 200, contentType: 'text/html', body: '<!DOCTYPE html><h1>Wi-Fi</h1>' })
      : route.continue()));
    await page.locator('#thanks-home').tap();
    await begin(page);
    await finish(page);
    await page.getByText(/nằm trên máy này/).waitFor();
    assert.match(await waiting(page), /1 phiếu chờ gửi/);
    await page.evaluate(() => {
      const name = Object.keys(localStorage).find((key) => /kiosk$/.test(key));
      const [sheet] = JSON.parse(localStorage[name]);
      localStorage[name] = JSON.stringify(Array.from({ length: 400 }, (_, n) => ({ ...sheet, key: `${n}` })));
    });
    await page.locator('#thanks-home').tap();
    await panel(page, 'start').locator('[data-lang=vi]').tap();
    await page.getByText('Xin báo cán bộ').waitFor();
    assert.ok(!(await panel(page, 'ask').isVisible()));
  }));

test('staff leave by their code; a wrong one and a cut network are told', () =>
  tablet(async (page, context) => {
    await page.locator('#staff-open').tap();
    const enter = async (code) => {
      await page.locator('#code').fill(code);
      await panel(page, 'staff').locator('form button').tap();
    };
    await enter('0000');
    await page.getByText('Mã không đúng').waitFor();
    assert.equal(await page.locator('#code').inputValue(), '');
    await context.setOffline(true);
    await enter(CODE);
    await page.getByText('Máy đang mất mạng').waitFor();
    await context.setOffline(false);
    await enter(CODE);
    await page.waitForURL(stage.citizen);
  }));

test('with the keyboard alone, from the start to the start', () =>
  tablet(async (page) => {
    const press = async (until, act) => {
      for (let presses = 0; presses < 200; presses += 1) {
        if (await page.evaluate(until)) return;
        await page.keyboard.press('Tab');
        if (act) await act();
      }
      assert.fail(`never: ${until}`);
    };
    await press('document.activeElement.dataset.lang === "vi"');
    await page.keyboard.press('Enter');
    await panel(page, 'ask').waitFor();
    await press('document.activeElement.matches("form[data-kiosk] button")', async () => {
      if (await page.evaluate(() => document.activeElement.type === 'radio')) await page.keyboard.press('Space');
    });
    await page.keyboard.press('Enter');
    await panel(page, 'thanks').waitFor();
    await press('document.activeElement.id === "thanks-home"');
    await page.keyboard.press('Enter');
    await panel(page, 'start').waitFor();
  }, { size: SIZES[2], hasTouch: false }));

test('M-01: without JavaScript there is a form, its thanks, and the way back to the start', () =>
  tablet(async (page) => {
    assert.ok(!(await panel(page, 'start').isVisible()));
    await answerEverything(page);
    assert.equal(await send(page), 'thanks');
    await page.getByRole('link', { name: 'Về màn hình đầu' }).tap();
    await page.waitForURL(kiosk());
  }, { javaScriptEnabled: false }));
