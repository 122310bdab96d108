// A citizen scans the code at a counter and answers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  DESK, PHONE, Stage, accessible, answerEverything, errorSummary, fitsSideways, labelOf, openQuestions,
  questionnaireIsSound, questionsOfSummary, send, sendButton, weigh,
} from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

/** The page after a questionnaire was taken. */
async function thanked(page, words) {
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), words);
  assert.equal(await page.locator('form[method=post]').count(), 0);
  assert.equal(await errorSummary(page).count(), 0);
}

test('on a phone, in Vietnamese: an empty questionnaire, its errors, the answers, the thanks', () =>
  stage.visit(PHONE, async (page, context) => {
    assert.equal((await page.goto(stage.citizen)).status(), 200);
    assert.equal(await page.locator('html').getAttribute('lang'), 'vi');
    assert.match(await page.locator('main').innerText(), /Ông\/Bà/);
    await questionnaireIsSound(page);

    assert.equal(await send(page, (button) => button.tap()), 'errors');
    assert.match(await page.title(), /^Lỗi/);
    assert.ok(await errorSummary(page).evaluate((summary) => summary.contains(document.activeElement)), 'M-07: focus');
    const missing = await questionsOfSummary(page);
    assert.ok(missing.length > 0);
    assert.deepEqual(missing.filter((name) => name === undefined), []);
    await errorSummary(page).getByRole('link').first().click();
    assert.equal(await page.evaluate(() => document.activeElement.name), missing[0]);

    // One answer alone: it is kept, and the summary no longer asks for it.
    await (await labelOf(page, missing[0], 0)).tap();
    assert.equal(await send(page, (button) => button.tap()), 'errors');
    assert.ok(!(await openQuestions(page)).includes(missing[0]), 'the answer was lost');
    assert.ok(!(await questionsOfSummary(page)).includes(missing[0]));

    await answerEverything(page);
    assert.equal(await send(page, (button) => button.tap()), 'thanks');
    await thanked(page, /cảm ơn/i);
    assert.deepEqual(await context.cookies(), []);
  }));

test('M-01: the same without JavaScript', () =>
  stage.visit({ ...PHONE, javaScriptEnabled: false }, async (page, context) => {
    await page.goto(stage.citizen);
    await questionnaireIsSound(page);
    assert.equal(await send(page, (button) => button.tap()), 'errors');
    assert.match(await page.title(), /^Lỗi/);
    assert.ok((await questionsOfSummary(page)).length > 0);
    await answerEverything(page);
    assert.equal(await send(page, (button) => button.tap()), 'thanks');
    await thanked(page, /cảm ơn/i);
    assert.deepEqual(await context.cookies(), []);
  }));

test('in English, by the link on the page', () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    await page.getByRole('link', { name: 'English' }).tap();
    await page.waitForURL(/lang=en/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await send(page), 'errors');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await answerEverything(page, { place: 1 });
    assert.equal(await send(page), 'thanks');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await thanked(page, /thank/i);
  }));

test('M-04: with the keyboard alone, with focus always to be seen', () =>
  stage.visit(DESK, async (page) => {
    await page.goto(stage.citizen);
    for (let presses = 0; ; presses += 1) {
      assert.ok(presses < 300, 'the button is not reached');
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const element = document.activeElement;
        const shown = [element, element.nextElementSibling, element.labels?.[0], element.parentElement].filter(Boolean).some((part) => {
          const style = getComputedStyle(part);
          return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
        });
        const { top, bottom } = (element.labels?.[0] ?? element).getBoundingClientRect();
        return {
          what: element.outerHTML.slice(0, 200),
          type: element.type,
          sends: element.matches('form[method=post] button, form[method=post] [type=submit]'),
          shown,
          inView: bottom > 0 && top < innerHeight,
        };
      });
      assert.ok(focus.shown, `no focus to be seen on ${focus.what}`);
      assert.ok(focus.inView, `focus out of sight on ${focus.what}`);
      if (focus.type === 'radio') {
        await page.keyboard.press('Space');
        await page.keyboard.press('ArrowDown');
      }
      if (focus.sends) break;
    }
    assert.deepEqual(await openQuestions(page), []);
    assert.equal(await send(page, () => page.keyboard.press('Enter')), 'thanks');
    await thanked(page, /cảm ơn/i);
  }));

test('M-02, M-06: every page is accessible and fits, light and dark, from 320 to 1280 px', () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    await accessible(page, 'citizen-form');
    await send(page);
    await accessible(page, 'citizen-error');
    await answerEverything(page, { touch: false, place: 3 });
    await send(page);
    await accessible(page, 'citizen-thanks');
  }));

test('M-06: large text and wide spacing cut nothing off', () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    await fitsSideways(page, 'text at 200 %');
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '';
      for (const element of document.querySelectorAll('body *')) {
        element.style.setProperty('line-height', '1.5', 'important');
        element.style.setProperty('letter-spacing', '0.12em', 'important');
        element.style.setProperty('word-spacing', '0.16em', 'important');
      }
    });
    await fitsSideways(page, 'wide spacing');
    assert.ok(await sendButton(page).isVisible());
  }));

test('M-09: at most two requests and 14 KB, headers included', () =>
  stage.visit(PHONE, async (page, context) => {
    const requests = await weigh(page, context, stage.citizen);
    const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
    assert.ok(requests.length <= 2, JSON.stringify(requests));
    assert.ok(bytes > 0 && bytes <= 14 * 1024, JSON.stringify(requests));
  }));

test('a counter that is not there says so', () =>
  stage.visit(PHONE, async (page, context) => {
    const answer = await page.goto(new URL('/k/no-such-counter', stage.citizen).href);
    assert.equal(answer.status(), 404);
    await accessible(page, 'citizen-unknown');
    assert.deepEqual(await context.cookies(), []);
  }));
