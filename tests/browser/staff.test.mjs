// Staff log in, read the report, take it with them, and log out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { DESK, Stage, accessible, errorSummary } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const login = () => new URL('/admin/login', stage.staff.url).href;
const report = (slug) => new URL(`/admin/campaigns/${slug}/report`, stage.staff.url).href;
const isLogin = (url) => new URL(url).pathname === '/admin/login';

async function enter(page, password) {
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.getByRole('textbox').first().fill(stage.staff.user);
  await form.locator('input[type=password]').fill(password);
  const shown = page.waitForEvent('load');
  await form.getByRole('button').click();
  await shown;
}

/** The campaigns that the staff pages link to. */
async function campaigns(page) {
  const links = await page.locator('a[href*="/admin/campaigns/"]').evaluateAll((all) => all.map((a) => a.pathname));
  // Beside the campaigns stands the page for a new one.
  return [...new Set(links.map((path) => path.split('/')[3]).filter((slug) => slug !== 'new'))];
}

const kinds = [
  {
    link: /csv/i,
    type: /^text\/csv; *charset=utf-8$/i,
    right: (bytes) => bytes.toString('utf8').trim().split('\n').length > 1,
  },
  {
    link: /xlsx|excel/i,
    type: /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet$/,
    right: (bytes) => bytes.subarray(0, 2).toString() === 'PK',
  },
  {
    link: /json/i,
    type: /^application\/json/,
    right: (bytes) => JSON.parse(bytes.toString('utf8')).schema === 'sipas.report/1',
  },
];

test('nobody reads a report without logging in; a wrong password is told, the name kept', () =>
  stage.visit(DESK, async (page) => {
    await page.goto(stage.staff.url);
    assert.ok(isLogin(page.url()), page.url());
    await accessible(page, 'staff-login');
    await enter(page, `not ${stage.staff.password}`);
    assert.ok(isLogin(page.url()), page.url());
    assert.ok((await errorSummary(page).innerText()).trim());
    assert.equal(await page.getByRole('textbox').first().inputValue(), stage.staff.user);
    assert.equal(await page.locator('input[type=password]').inputValue(), '');
    await accessible(page, 'staff-login-error');
  }));

test('the way of the Department: log in, campaigns, report, downloads, log out', () =>
  stage.visit(DESK, async (page, context) => {
    await page.goto(login());
    await enter(page, stage.staff.password);
    assert.ok(!isLogin(page.url()), 'still at the login');
    const cookies = await context.cookies();
    assert.ok(cookies.length > 0);
    assert.deepEqual(cookies.filter((cookie) => !cookie.httpOnly || cookie.sameSite === 'None'), []);
    await accessible(page, 'staff-campaigns');
    const slugs = await campaigns(page);
    assert.equal(slugs.length, 6, `campaigns of the demonstration: ${slugs}`);

    let [figures, letters] = [0, 0];
    for (const slug of slugs) {
      assert.equal((await page.goto(report(slug))).status(), 200);
      assert.ok((await page.getByRole('heading', { level: 1 }).innerText()).trim());
      if (/\d\s*%/.test(await page.locator('main').innerText())) figures += 1;
      await accessible(page, `staff-report-${slug}`);
      // Nothing counts yet: said in a sentence, with the way to what has come in, and no files of nothing.
      if (await page.locator('.empty').count()) continue;
      for (const { link, type, right } of kinds) {
        const href = await page.getByRole('link', { name: link }).first().getAttribute('href');
        const file = await context.request.get(new URL(href, page.url()).href);
        assert.equal(file.status(), 200, href);
        assert.match(file.headers()['content-type'], type, href);
        assert.ok(right(await file.body()), `${href} is not what it says`);
      }
      // The letters to bodies stand where their duties are; each link says to whom, also to those who only hear it.
      const office = page.locator('.duties').getByRole('link', { name: 'Công văn gửi Văn phòng UBND tỉnh, DOCX' });
      for (const href of await office.evaluateAll((all) => all.map((a) => a.href))) {
        const file = await context.request.get(href);
        assert.equal(file.status(), 200, href);
        assert.match(file.headers()['content-disposition'], /^attachment; filename="[a-z0-9-]+-cong-van-van-phong-ubnd-tinh\.docx"$/);
        letters += 1;
      }
    }
    assert.ok(figures > 0, 'no report shows a figure');
    assert.ok(letters > 0, 'no report leads to letters');

    const name = /đăng xuất|log out|sign out/i;
    const shown = page.waitForEvent('load');
    await page.getByRole('button', { name }).or(page.getByRole('link', { name })).first().click();
    await shown;
    assert.ok(isLogin(page.url()), page.url());

    // Nor with the cookie that was kept: the session is over on the server.
    await context.addCookies(cookies);
    for (const slug of slugs) {
      const answer = await page.goto(report(slug));
      assert.ok(isLogin(page.url()) || [401, 403].includes(answer.status()), `${page.url()} ${answer.status()}`);
    }
  }));
