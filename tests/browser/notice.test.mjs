// What people are told before they answer: on the first screens, and one tap away.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, Stage, accessible } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

test('who asks, for adults, before the first question; the details one tap away and back again', () =>
  stage.visit(PHONE, async (page, context) => {
    await page.goto(stage.citizen);
    const said = await page.locator('.note').innerText();
    assert.match(said, /Sở Nội vụ tỉnh Bình Định/);
    assert.match(said, /18 tuổi/);
    const first = await page.locator('.q').first().boundingBox();
    assert.ok((await page.locator('.note').boundingBox()).y < first.y);
    await page.locator('a.more').tap();
    await page.waitForURL(/\/thong-tin$/);
    await accessible(page, 'notice');
    await page.getByRole('link', { name: 'Quay lại phiếu' }).tap();
    await page.waitForURL(stage.citizen);
    assert.deepEqual(await context.cookies(), []);
  }));

test('the details of a personal link have no token in their address', () =>
  stage.visit({ ...PHONE, javaScriptEnabled: false }, async (page) => {
    await page.goto(stage.official);
    await page.locator('a.more').tap();
    await page.waitForURL(/\/m\/thong-tin\//);
    assert.ok(!page.url().includes(stage.official.split('/').pop()));
    await page.goBack();
    assert.equal(page.url(), stage.official);
  }));
