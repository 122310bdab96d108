// The Department watches a campaign fill: an answer at a counter appears without a reload; the page works without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESK, PHONE, Stage, accessible, answerEverything, fitsSideways, picture, send } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

async function enter(page) {
  await page.goto(new URL('/admin/login', stage.staff.url).href);
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.getByRole('textbox').first().fill(stage.staff.user);
  await form.locator('input[type=password]').fill(stage.staff.password);
  const shown = page.waitForEvent('load');
  await form.getByRole('button').click();
  await shown;
}

/** The watching page of the campaign that the citizen's counter belongs to; `over`: of one at counters that has closed. */
async function watch(page, over = false) {
  await page.goto(new URL('/admin/campaigns', stage.staff.url).href);
  const links = await page.locator('main a[href^="/admin/campaigns/"]').evaluateAll((all) => all.map((a) => a.pathname));
  for (const path of new Set(links.map((link) => link.split('/').slice(0, 4).join('/')))) {
    await page.goto(new URL(`${path}/theo-doi`, stage.staff.url).href);
    const [live, rows] = await Promise.all(['#live', '#rows'].map((id) => page.locator(id).count()));
    if (over ? rows > 0 && live === 0 : live > 0) return;
  }
  assert.fail('no campaign that can be watched');
}

const answerOnce = () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    await answerEverything(page);
    assert.equal(await send(page), 'thanks');
  });

test('an answer appears without a reload, and what is focused stays so', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await watch(page);
    await page.evaluate(() => { globalThis.same = true; });
    await page.locator('a.fold').last().focus();
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('href'));
    const [before, link] = [await page.locator('#facts').innerText(), await focused()];
    await page.locator('#live', { hasText: /tự cập nhật/ }).waitFor();
    await answerOnce();
    await page.waitForFunction((text) => document.getElementById('facts').innerText !== text, before, { timeout: 30_000 });
    assert.equal(await page.evaluate(() => globalThis.same), true, 'the page was loaded anew');
    assert.equal(await focused(), link);
    await picture(page, 'watching-live');
  }));

test('updates can be paused and go on', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await watch(page);
    const button = page.locator('#live button');
    await button.click();
    assert.match(await page.locator('#live').innerText(), /tạm dừng/i);
    await button.click();
    await page.locator('#live', { hasText: /Trang tự cập nhật/ }).waitFor();
  }));

test('the page is accessible, at every width, folded and unfolded', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await watch(page);
    await accessible(page, 'watching');
    await page.locator('a.fold').first().click();
    await page.locator('#days summary').click();
    await page.setViewportSize({ width: 390, height: 844 });
    await fitsSideways(page, 'unfolded');
    await accessible(page, 'watching-unfolded');
  }));

test('a group of answers is proposed to be set aside with the keyboard alone, and waits for somebody else', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await watch(page, true);
    const base = new URL(page.url()).pathname.replace('/theo-doi', '');
    await page.goto(new URL(`${base}/counters`, stage.staff.url).href);
    const links = page.locator(`main a[href^="${base}/counters/"]:not([href*="/add"])`);
    const code = (await links.first().evaluate((a) => a.pathname)).split('/')[5];
    await page.goto(new URL(`${base}/theo-doi`, stage.staff.url).href);
    await page.getByRole('link', { name: 'Để riêng phiếu' }).press('Enter');
    await accessible(page, 'set-aside-empty');
    const [first, last] = (await page.locator('p.where span').last().innerText()).split('–').map((day) => day.trim());
    await page.getByLabel('Quầy', { exact: true }).selectOption(code);
    await page.getByLabel(/Mọi quầy của đơn vị/).press('Space');
    await page.getByLabel('Từ ngày').fill(first);
    await page.getByLabel('Đến hết ngày').fill(last);
    const propose = () => page.getByRole('button', { name: 'Gửi đề nghị' }).press('Enter');
    await Promise.all([page.waitForEvent('load'), propose()]);
    assert.match(await page.locator('.summary').innerText(), /loại lý do/);
    assert.equal(await page.getByLabel('Quầy', { exact: true }).inputValue(), code);
    await accessible(page, 'set-aside-faults');
    await page.getByLabel('Loại lý do').selectOption('trial');
    await page.getByLabel('Giải thích').fill('Phiếu thử khi tập huấn cán bộ một cửa');
    await Promise.all([page.waitForEvent('load'), propose()]);
    assert.match(await page.locator('.done, .summary').innerText(), /người thứ hai xác nhận/);
    const group = page.locator('article.set-aside').first();
    assert.equal(await group.getByRole('button', { name: /Xác nhận/ }).count(), 0, 'not by the same person');
    await accessible(page, 'set-aside');
    await page.setViewportSize({ width: 390, height: 844 });
    await fitsSideways(page, 'set aside');
    await accessible(page, 'set-aside-narrow');
    await Promise.all([page.waitForEvent('load'), group.getByRole('button', { name: 'Rút đề nghị' }).press('Enter')]);
    assert.match(await page.locator('article.set-aside').first().innerText(), /đã rút đề nghị/);
  }));

test('without scripts the page is there, folds, and is loaded again by a link', () =>
  stage.visit({ ...DESK, javaScriptEnabled: false }, async (page) => {
    await enter(page);
    await watch(page);
    assert.equal(await page.locator('#live button').isVisible(), false);
    const rows = await page.locator('#rows tr').count();
    await page.locator('a.fold').first().click();
    assert.ok((await page.locator('#rows tr').count()) > rows);
    await page.locator('#live a').click();
    assert.ok((await page.locator('#rows tr').count()) > rows, 'the same view again');
  }));

test('the phone tells how far it got, once a question, and nothing of who it is', () =>
  stage.visit(PHONE, async (page) => {
    const told = [];
    page.on('request', (request) => {
      const [, progress] = new URL(request.url()).pathname.match(/\/(\d+\/\d+)$/) ?? [];
      if (progress) told.push([progress, request.postData(), request.method()]);
    });
    await page.goto(stage.citizen);
    await page.locator('input[type=radio]').first().evaluate((input) => input.labels[0].click());
    const hide = () => page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
      delete document.hidden;
    });
    await hide();
    await hide();
    await answerEverything(page);
    assert.equal(await send(page), 'thanks');
    const ways = told.map(([progress]) => progress.split('/').map(Number));
    assert.equal(ways.length, 2, JSON.stringify(told));
    assert.deepEqual(ways[0], [0, 1]);
    assert.ok(ways[1][0] === 1 && ways[1][1] > 1);
    assert.ok(told.every(([, body, method]) => !body && method === 'POST'));
  }));
