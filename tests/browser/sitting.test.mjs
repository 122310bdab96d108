// A leader opens one link and judges several units in one sitting: some of them, in two visits on the same device.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESK, PHONE, Stage, accessible, picture } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const heading = (page) => page.getByRole('heading', { level: 1 }).innerText();
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

/** Answers every question of the unit's page with the option at this place. */
async function judge(page, place) {
  for (const question of await page.locator('fieldset').all()) await question.locator('label').nth(place).click();
}

async function unit(page, at) {
  const button = page.locator('button.unit').nth(at);
  const name = await button.locator('span').innerText();
  await button.click();
  await page.locator('input[name=_unit]').waitFor({ state: 'attached' });
  assert.equal(await heading(page), name);
  return name;
}

test('without scripts, at a desk: every step is a page, and nothing is used up by looking', () =>
  stage.visit({ ...DESK, javaScriptEnabled: false }, async (page) => {
    assert.equal((await page.goto(stage.raters)).status(), 200);
    await picture(page, 'sitting-list-1280');
    await unit(page, 0);
    await judge(page, 3);
    await press(page, 'Xong, về danh sách');
    assert.equal(await page.locator('button.judged').count(), 1);
    assert.match(await page.locator('#tally').innerText(), /^Đã đánh giá 1 \//);
    // Sending with units left out asks once, and leads on.
    await press(page, 'Gửi tất cả');
    assert.match(await heading(page), /^Còn \d+ đơn vị chưa đánh giá$/);
    await picture(page, 'sitting-sure-1280');
    await press(page, 'Đánh giá tiếp');
    assert.match(await page.locator('.where').innerText(), /^Đơn vị 2 /);
  }));

test('on a telephone: three units opened, one left out, the rest after a break, sent once', () =>
  stage.visit(PHONE, async (page, context) => {
    await page.goto(stage.raters);
    const token = new URL(stage.raters).pathname.split('/').pop();
    const units = await page.locator('button.unit').count();
    assert.ok(units >= 3);
    await accessible(page, 'sitting-list');
    await page.getByLabel('Giữ câu trả lời trên máy này').check();
    await unit(page, 0);
    // Half of it is not taken, and says what is missing.
    await page.locator('fieldset').first().locator('label').nth(1).click();
    await press(page, 'Xong, sang đơn vị tiếp theo');
    await page.locator('#errors').waitFor();
    await accessible(page, 'sitting-unit-errors');
    await judge(page, 4);
    await press(page, 'Xong, sang đơn vị tiếp theo');
    await page.locator('.where', { hasText: /^Đơn vị 2 / }).waitFor();
    await press(page, 'Bỏ qua đơn vị này');
    await page.locator('#tally').waitFor();
    assert.match(await page.locator('#tally').innerText(), /^Đã đánh giá 1 \//);

    // Another day, on the same device: nothing of it was on the server, and the token is nowhere on the device.
    const later = await context.newPage();
    await page.close();
    await later.goto(stage.raters);
    await later.getByText('được giữ lại').waitFor();
    assert.equal(await later.locator('button.judged').count(), 1);
    const kept = await later.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
    assert.ok(kept.includes('units') && !kept.includes(token));
    await unit(later, 2);
    await judge(later, 1);
    await accessible(later, 'sitting-unit');
    await press(later, 'Xong, về danh sách');
    await later.locator('#tally').waitFor();
    // Units left out are named once before anything is sent.
    await press(later, 'Gửi tất cả');
    await later.getByRole('heading', { name: `Còn ${units - 2} đơn vị chưa đánh giá` }).waitFor();
    await accessible(later, 'sitting-sure');
    assert.equal(await later.locator('ul.missed li').count(), units - 2);
    await press(later, 'Gửi, chỉ gồm 2 đơn vị đã đánh giá');
    await later.getByRole('heading', { name: /cảm ơn/i }).waitFor();
    assert.ok(!later.url().includes(token));
    assert.equal(await later.evaluate(() => localStorage.length), 0);
    assert.equal((await later.goto(stage.raters)).status(), 410);
    assert.deepEqual(await context.cookies(), []);
  }));
