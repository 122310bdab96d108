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
