// Pages of the desk that no other journey passes: tabs from page to page, print, paper with a file of answers,
// questionnaires, accounts and the audit log, by keyboard and mouse, with everything unfolded.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { brokenRules } from './rules.mjs';
import { DESK, Stage, accessible, errorSummary } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

async function enter(page, who) {
  await page.goto(who.url);
  await page.fill('[name=name]', who.user);
  await page.fill('[name=password]', who.password);
  await page.click('button.main');
  await page.waitForURL((url) => !url.pathname.endsWith('/login'));
}

/** The open campaign at counters: the first that tells of no invited persons. */
async function campaign(page) {
  await page.goto(new URL('/admin/campaigns', stage.citizen).href);
  const rows = await page.locator('tbody tr').evaluateAll((all) => all.map((row) => ({
    path: new URL(row.querySelector('th a').href).pathname,
    invited: row.querySelector('.number').textContent.includes('/'),
    open: !!row.querySelector('.tag.open'),
  })));
  return rows.find(({ invited, open }) => !invited && open).path;
}

/** Unfolds everything; what unfolds has room to be read, and none of it lies outside the window. */
async function unfold(page) {
  const narrow = await page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
    return [...document.querySelectorAll('details')].filter((fold) => fold.checkVisibility()).map((fold) => {
      const { width } = fold.getBoundingClientRect();
      const room = fold.parentElement.getBoundingClientRect().width;
      return { what: fold.outerHTML.slice(0, 100), width, room };
    }).filter(({ width, room }) => width < Math.min(240, room - 1) || width > innerWidth);
  });
  assert.deepEqual(narrow, []);
}

/** The keyboard passes over follow-up questions that the answer before them rules out, and stops where one was typed. */
async function passesOver(page) {
  const first = page.locator('.line[data-asked-if]').first();
  const rule = JSON.parse(await first.getAttribute('data-asked-if'));
  const followUps = page.locator(`.line[data-asked-if*='"${rule.question}"'] :is(input, textarea)`);
  const decides = page.locator(`[name="${rule.question}"]`);
  const other = (await decides.locator('xpath=..').locator('.keys b').allInnerTexts()).find((key) => !rule.in.includes(key));
  const focused = () => page.evaluate(() => document.activeElement.name);
  const names = await followUps.evaluateAll((all) => all.map((field) => field.name));

  await decides.fill(rule.in[0]);
  await decides.press('Enter');
  assert.equal(await focused(), names[0], 'asked: the next line');
  await page.keyboard.type('1');
  await decides.fill(other);
  assert.ok(await first.locator('.away').isVisible(), 'what was typed there is pointed at');
  await decides.press('Enter');
  assert.equal(await focused(), names[0], 'and stops the cursor');
  await accessible(page, 'desk-paper-entry-extra');
  await page.keyboard.press('Backspace');
  await decides.press('Enter');
  assert.ok(!names.includes(await focused()), 'not asked: passed over');
  assert.deepEqual(await followUps.evaluateAll((all) => all.map((field) => field.disabled)), names.map(() => true));
  await accessible(page, 'desk-paper-entry-skipped');
}

test('tabs lead through a campaign; print, paper and a file of answers are sound and lead on', () =>
  stage.visit(DESK, async (page) => {
    await enter(page, stage.staff);
    const path = await campaign(page);
    await page.goto(new URL(path, stage.citizen).href);
    const names = await page.locator('nav.tabs a').allInnerTexts();
    assert.equal(names.length, 11, `${names}`);
    for (const name of names) {
      await page.locator('nav.tabs').getByRole('link', { name, exact: true }).click();
      assert.equal(await page.locator('nav.tabs [aria-current=page]').innerText(), name);
      assert.ok((await page.title()).includes(await page.locator('h1').innerText()), name);
      assert.deepEqual(await brokenRules(page, { staff: true }), [], name);
    }
    await page.goto(new URL(`${path}/paper`, stage.citizen).href);
    await page.selectOption('[name=counter]', { index: 1 });
    await page.fill('[name=count]', '3');
    await page.locator('[name=do][value=print]').click();
    await page.locator('a[href$="/entry"]').waitFor();
    await accessible(page, 'desk-paper');

    // A number is typed, then one line after the other: the words are those of the paper.
    await page.locator('a[href$="/entry"]').click();
    await page.keyboard.type('0001');
    await page.keyboard.press('Enter');
    await page.locator('form.keying').waitFor();
    await accessible(page, 'desk-paper-entry');
    await passesOver(page);

    await page.goto(new URL(`${path}/paper/import`, stage.citizen).href);
    const file = (text) => ({ name: 'phieu.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.setInputFiles('[type=file]', file('sheet,counter\n1,khong-co\n'));
    await page.locator('button.main').click();
    assert.match(await errorSummary(page).innerText(), /chưa lưu gì/);
    assert.ok(await errorSummary(page).evaluate((summary) => summary === document.activeElement), 'takes the focus');
    await accessible(page, 'desk-paper-import');
  }));

test('questionnaires unfold with room to be read, and a wrong address leads on', () =>
  stage.visit(DESK, async (page) => {
    await enter(page, stage.staff);
    await page.goto(new URL('/admin/definitions', stage.citizen).href);
    await accessible(page, 'desk-definitions');
    await page.locator('tbody th a').first().click();
    await unfold(page);
    await accessible(page, 'desk-definition');
    await page.goto(new URL('/admin/units/khong-co', stage.citizen).href);
    await accessible(page, 'desk-unknown');
    await page.locator('main a.button').click();
    assert.ok(new URL(page.url()).pathname.startsWith('/admin'), page.url());
    assert.equal(await page.locator('nav.places a').count() > 1, true);
  }));

test('the calendar of reports leads to periods and to campaigns beside each other', () =>
  stage.visit(DESK, async (page) => {
    await enter(page, stage.staff);
    await page.goto(new URL('/admin/periods', stage.citizen).href);
    await accessible(page, 'desk-periods');
    await page.fill('[name=due]', '40');
    await page.locator('button.main').click();
    assert.match(await errorSummary(page).innerText(), /từ 1 đến 31/);
    await accessible(page, 'desk-periods-error');
    await page.getByRole('link', { name: 'So sánh các đợt khảo sát' }).first().click();
    await page.locator('h1', { hasText: 'So sánh các đợt khảo sát' }).waitFor();
    await accessible(page, 'desk-series');
    await page.goto(new URL('/admin/periods', stage.citizen).href);
    const ready = page.locator('.periods th a');
    if (await ready.count()) {
      await ready.first().click();
      await page.locator('.headline').waitFor();
      await accessible(page, 'desk-period');
    }
  }));

test('accounts and the audit log: an invitation is made, and the log tells of it in words', () =>
  stage.visit(DESK, async (page, context) => {
    await enter(page, stage.administrator);
    await page.goto(new URL('/admin/tai-khoan', stage.citizen).href);
    await accessible(page, 'desk-accounts');
    await page.goto(new URL('/admin/tai-khoan-moi', stage.citizen).href);
    await page.fill('[name=name]', 'kiemsoat');
    await page.locator('[name=role][value=auditor]').check();
    await accessible(page, 'desk-invite');
    await page.locator('button.main').click();
    await page.locator('.once').waitFor();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Sao chép' }).click();
    await page.getByText('Đã sao chép.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('.once').innerText());
    await accessible(page, 'desk-invited');
    await page.goto(new URL('/admin/nhat-ky?object=kiemsoat', stage.citizen).href);
    await unfold(page);
    const told = await page.locator('table.log').innerText();
    assert.match(told, /Vai trò\s+Kiểm soát nhật ký/);
    assert.doesNotMatch(told, /[{}]|"role"/);
    await accessible(page, 'desk-audit');
  }));

test('an access token is made by keyboard, shown once, and revoked', () =>
  stage.visit(DESK, async (page) => {
    await enter(page, stage.staff);
    await page.goto(new URL('/admin/toi', stage.citizen).href);
    await accessible(page, 'desk-own');
    await page.getByRole('link', { name: /mã truy cập/ }).click();
    await accessible(page, 'desk-tokens-empty');
    await page.locator('button.main').click();
    assert.equal(await errorSummary(page).getByRole('link').count(), 2, 'a name and a scope are missing');
    await accessible(page, 'desk-tokens-error');
    await page.fill('[name=name]', 'Bảng điều khiển của Ủy ban nhân dân tỉnh');
    await page.focus('[name=name]');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.focus('[name=password]');
    await page.keyboard.type(stage.staff.password);
    await page.keyboard.press('Enter');
    await page.locator('p.once').waitFor();
    const token = await page.locator('p.once').innerText();
    assert.match(token.trim(), /^sipas_[0-9a-hjkmnp-tv-z]{39}$/);
    await accessible(page, 'desk-token-made');
    const answer = await fetch(new URL('/api/v1/campaigns', stage.staff.url), {
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    assert.ok((await answer.json()).items.length > 0);
    await page.locator('p.actions a').click();
    assert.doesNotMatch(await page.content(), new RegExp(token.trim().slice(6)));
    await accessible(page, 'desk-tokens');
    await page.getByRole('button', { name: /^Thu hồi: Bảng/ }).click();
    await page.getByRole('status').waitFor();
    assert.equal(await page.locator('tbody tr').count(), 0);
  }));
