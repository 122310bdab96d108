// An official opens a personal link and answers, once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  PHONE, Stage, accessible, answerEverything, errorSummary, questionnaireIsSound, send,
} from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const token = () => new URL(stage.official).pathname.split('/').pop();

test('the caught letters are shown, with links', () =>
  stage.visit(PHONE, async (page) => {
    assert.equal((await page.goto(stage.mail)).status(), 200);
    await accessible(page, 'mail');
  }));

test('A-04: an untouched form uses nothing up', () =>
  stage.visit(PHONE, async (page) => {
    assert.equal((await page.goto(stage.official)).status(), 200);
    await questionnaireIsSound(page);
    await accessible(page, 'official-form');
    assert.equal(await send(page), 'errors');
    assert.ok(await errorSummary(page).isVisible());
    assert.equal((await page.goto(stage.official)).status(), 200);
  }));

test('B-11: a form is left and gone on with, in this window, or on this device if the reader asks for it', () =>
  stage.visit(PHONE, async (page, context) => {
    const kept = (where) => page.evaluate((box) => JSON.stringify({ ...globalThis[box] }), where);
    const answered = (on) => on.locator('.q input:checked').count();
    await page.goto(stage.official);
    await page.locator('.c5').nth(0).locator('label').nth(4).click();
    await page.locator('.c5').nth(1).locator('label').nth(3).click();
    await page.reload();
    await page.getByText('đã được điền lại').waitFor();
    assert.equal(await answered(page), 2);
    assert.equal(await kept('localStorage'), '{}');
    // Another window knows nothing of it.
    const other = await context.newPage();
    await other.goto(stage.official);
    assert.equal(await answered(other), 0);
    await other.close();

    const choice = page.getByLabel('Giữ câu trả lời trên máy này');
    await choice.check();
    await accessible(page, 'official-kept');
    assert.equal(await kept('sessionStorage'), '{}');
    assert.ok((await kept('localStorage')).includes('answers'));
    assert.ok(!(await kept('localStorage')).includes(token()), 'the token is kept on the device');
    const later = await context.newPage();
    await later.goto(stage.official);
    await later.getByText('đã được điền lại').waitFor();
    assert.equal(await answered(later), 2);
    assert.ok(await later.getByLabel('Giữ câu trả lời trên máy này').isChecked());
    await later.close();
    // No longer: it goes from the device at once.
    await choice.uncheck();
    assert.equal(await kept('localStorage'), '{}');
    assert.ok((await kept('sessionStorage')).includes('answers'));
  }));

test('A-15, A-05: it is answered once; afterwards the link says that it was used and shows no answer', () =>
  stage.visit(PHONE, async (page, context) => {
    await page.goto(stage.official);
    await answerEverything(page, { place: 1 });
    assert.equal(await send(page), 'thanks');
    assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /cảm ơn/i);
    assert.ok(!page.url().includes(token()), 'the thank-you address carries the token');
    assert.ok(!(await page.content()).includes(token()), 'the thank-you page carries the token');
    await accessible(page, 'official-thanks');

    const again = await page.goto(stage.official);
    assert.equal(again.status(), 410);
    assert.equal(await page.locator('form[method=post]').count(), 0);
    assert.equal(await page.locator('input').count(), 0);
    await accessible(page, 'official-used');
    assert.deepEqual(await context.cookies(), []);
  }));

test('A-06: an unknown link is not found', () =>
  stage.visit(PHONE, async (page) => {
    // As long as a real one, with other letters.
    const unknown = new URL(stage.official);
    unknown.pathname = unknown.pathname.replace(token(), 'a'.repeat(token().length));
    assert.equal((await page.goto(unknown.href)).status(), 404);
  }));
