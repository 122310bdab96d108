// The network fails at each step of a citizen's way: what was answered stays, is sent by itself, and counts once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PHONE, Stage, answerEverything, labelOf, openQuestions, sendButton } from './support.mjs';
import { breakPosts, copied, cut, kept, nothingKept, stored } from './network.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const COMMENT = 'Cán bộ nhiệt tình 👍';
const SIZES = [320, 360, 768, 1280];

const thanks = (page) => page.getByRole('heading', { level: 1, name: /cảm ơn/i }).waitFor();
const said = (page, words) => page.locator('#status', { hasText: words }).waitFor();
const checked = (page) => page.locator('input:checked').evaluateAll((list) => list.map((i) => `${i.name}=${i.value}`));
const key = (page) => page.locator('[name=submission]').inputValue();
const comment = (page) => page.locator('textarea').last();

/** Lets a journey run without the complaints that a cut network is bound to cause. */
const journey = (options, act) => stage.visit({ ...options, mayFail: true }, async (page, context) => {
  const had = await stored(stage);
  // Time may be moved on, so that nobody waits for the next attempt.
  await page.clock.install();
  await page.goto(stage.citizen);
  await act(page, context);
  return had;
}, async (had, page) => {
  assert.equal(await stored(stage), had + 1, 'exactly one more answer is kept');
  await nothingKept(page);
});

for (const width of SIZES) {
  const options = { ...PHONE, viewport: { width, height: 720 } };

  test(`M-11: cut before the first answer, connected before sending (${width} px)`, () =>
    journey(options, async (page, context) => {
      await cut(context);
      await page.getByText(/Mất mạng;/).waitFor();
      await answerEverything(page);
      await cut(context, false);
      await page.getByText(/Mất mạng;/).waitFor({ state: 'detached' });
      await sendButton(page).tap();
      await thanks(page);
    }));

  test(`M-11: cut in the middle, reloaded without a network, sent by itself (${width} px)`, () =>
    journey(options, async (page, context) => {
      const [first] = await openQuestions(page);
      await (await labelOf(page, first, 1)).tap();
      await copied(page);
      const own = await key(page);
      await cut(context);
      await answerEverything(page, { place: 2 });
      await comment(page).fill(COMMENT);
      const before = await checked(page);
      await page.reload();
      await page.getByText(/đã được điền lại/).waitFor();
      assert.deepEqual(await checked(page), before);
      assert.equal(await comment(page).inputValue(), COMMENT);
      assert.equal(await key(page), own);
      await sendButton(page).tap();
      await said(page, /tự gửi khi có mạng/);
      await cut(context, false);
      await thanks(page);
    }));

  test(`C-07: the request is lost on its way (${width} px)`, () =>
    journey(options, async (page) => {
      await answerEverything(page);
      const { broken, mend } = await breakPosts(page, 'before');
      await sendButton(page).tap();
      await said(page, /Chưa gửi được/);
      assert.ok(broken.count >= 1);
      assert.equal(await page.locator('input:enabled:not([type=hidden])').count(), 0, 'what is on its way is fixed');
      await mend();
      // It says so and would do so by itself; the button need not wait.
      await page.getByRole('button', { name: 'Thử gửi lại ngay' }).tap();
      await thanks(page);
    }));

  test(`C-07: stored, but the answer is lost on its way back (${width} px)`, () =>
    journey(options, async (page) => {
      const had = await stored(stage);
      await answerEverything(page);
      const { broken, mend } = await breakPosts(page, 'after');
      await sendButton(page).tap();
      await said(page, /Chưa gửi được/);
      assert.equal(broken.status, 303, 'the server had answered');
      assert.equal(await stored(stage), had + 1, 'and stored');
      await mend();
      await page.clock.fastForward('01:00');
      await thanks(page);
    }));
}

test('C-07: the phone goes dark after the commit; reopened, it sends the same form again and is thanked once', () =>
  journey(PHONE, async (page, context) => {
    await answerEverything(page);
    await copied(page);
    const { mend } = await breakPosts(page, 'after');
    await sendButton(page).tap();
    await said(page, /Chưa gửi được/);
    // Left before the network is cut: at the end of a page Chromium takes the cut back and says “online”, so that the
    // page would send once more, as it should.
    await page.goto('about:blank');
    await mend();
    await cut(context);
    await page.goto(stage.citizen);
    await said(page, /tự gửi khi có mạng/);
    await cut(context, false);
    await thanks(page);
  }));

test('C-05: a double tap, and going back and sending again, count once', () =>
  journey(PHONE, async (page) => {
    await answerEverything(page);
    await sendButton(page).dblclick();
    await thanks(page);
    await page.goBack().catch(() => {});
    await page.goto(stage.citizen);
    assert.deepEqual(await checked(page), [], 'a new form is empty');
  }));

test('a second person on the same phone gets a form of their own, also by the button back', () =>
  stage.visit(PHONE, async (page) => {
    const had = await stored(stage);
    await page.goto(stage.citizen);
    await answerEverything(page);
    const first = await key(page);
    await sendButton(page).tap();
    await thanks(page);
    assert.match(page.url(), /cam-on$/);
    await page.goto(stage.citizen);
    assert.notEqual(await key(page), first);
    await answerEverything(page, { place: 3 });
    await sendButton(page).tap();
    await thanks(page);
    assert.equal(await stored(stage), had + 2);
  }));

test('two tabs hold one form: answers appear in both, and sending one thanks in both', () =>
  stage.visit(PHONE, async (page, context) => {
    const had = await stored(stage);
    await page.goto(stage.citizen);
    const other = await context.newPage();
    await other.goto(stage.citizen);
    assert.notEqual(await key(page), await key(other));
    const [first] = await openQuestions(page);
    await (await labelOf(page, first, 2)).tap();
    await other.waitForFunction((name) => document.querySelector(`[name="${name}"]:checked`), first);
    assert.equal(await key(other), await key(page));
    await other.bringToFront();
    await answerEverything(other);
    await sendButton(other).tap();
    await thanks(other);
    await thanks(page);
    assert.equal(await stored(stage), had + 1);
    await nothingKept(page);
  }));

test('a reload keeps the answers, the other language too; “start anew” clears them', () =>
  stage.visit(PHONE, async (page) => {
    await page.goto(stage.citizen);
    const [first] = await openQuestions(page);
    await (await labelOf(page, first, 4)).tap();
    await page.reload();
    await page.getByText(/đã được điền lại/).waitFor();
    await page.getByRole('link', { name: 'English' }).tap();
    await page.getByText(/filled in again/).waitFor();
    assert.equal((await checked(page)).length, 1);
    await page.getByRole('button', { name: /start anew/ }).tap();
    assert.deepEqual(await checked(page), []);
    await nothingKept(page);
  }));

test('after an hour a draft is gone, whoever opens the page', () =>
  stage.visit(PHONE, async (page, context) => {
    await page.goto(stage.citizen);
    const [first] = await openQuestions(page);
    await (await labelOf(page, first, 4)).tap();
    assert.ok((await kept(page)).some((name) => name.startsWith('sipas:/k/')));
    await page.goto('about:blank');
    const later = await context.newPage();
    await later.clock.setFixedTime(Date.now() + 61 * 60 * 1000);
    await later.goto(stage.citizen);
    assert.deepEqual(await checked(later), []);
    assert.ok(!(await kept(later)).some((name) => name.startsWith('sipas:')));
  }));

test('a busy server is asked again by itself, and a page that is not ours is no thank-you', () =>
  journey(PHONE, async (page, context) => {
    await answerEverything(page);
    let asked = 0;
    await context.route('**/k/*', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      asked += 1;
      // A network that wants a log-in answers for everybody; then the server is busy; then all is well.
      if (asked === 1) return route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Cảm ơn! Wi-Fi</h1>' });
      if (asked === 2) return route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Busy</h1>' });
      return route.continue();
    });
    await sendButton(page).tap();
    await said(page, /Chưa gửi được/);
    assert.ok((await kept(page)).some((name) => name.startsWith('sipas:/k/')));
    await page.clock.fastForward('01:00');
    await said(page, /Hệ thống đang bận/);
    await page.clock.fastForward('01:00');
    await thanks(page);
    assert.equal(asked, 3);
  }));

test('what is missing is said at once, without a network, in a summary that has the focus', () =>
  stage.visit({ ...PHONE, mayFail: true }, async (page, context) => {
    await page.goto(stage.citizen);
    await answerEverything(page);
    const name = await page.evaluate(() => {
      const radio = document.querySelector('input:checked');
      radio.checked = false;
      radio.dispatchEvent(new Event('change', { bubbles: true }));
      return radio.name;
    });
    await cut(context);
    await sendButton(page).tap();
    const summary = page.getByRole('alert');
    assert.equal(await summary.getByRole('link').count(), 1);
    assert.ok(await summary.evaluate((box) => box === document.activeElement));
    assert.match(await page.title(), /^Lỗi: /);
    await summary.getByRole('link').tap();
    assert.equal(await page.evaluate(() => document.activeElement.name), name);
    await (await labelOf(page, name, 0)).tap();
    assert.equal(await page.locator('.bad').count(), 0);
  }));

test('a personal link keeps its answers in its window alone, and asks before they are left', () =>
  stage.visit({ ...PHONE, mayFail: true }, async (page, context) => {
    await page.goto(stage.official);
    const [first] = await openQuestions(page);
    await (await labelOf(page, first, 0)).tap();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    const asked = page.waitForEvent('dialog');
    const leaving = page.goto(stage.citizen).catch(() => {});
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.accept();
    await leaving;
    await page.goto(stage.citizen);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    assert.deepEqual(await context.cookies(), []);
  }));
