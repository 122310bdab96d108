// Staff enter through the province's own log-in (OpenID Connect): with a real provider in a browser, and with one that lies.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { Liar, PASSWORD, Province } from './single-sign-on.mjs';
import { DESK, Stage, accessible } from './support.mjs';

const province = new Province();
const liar = new Liar();
const stage = new Stage();
before(async () => {
  await Promise.all([province.open(), liar.open()]);
  stage.citizen = province.house.url;
  stage.browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
});
after(async () => {
  await stage.browser?.close();
  await Promise.all([province.close(), liar.close()]);
});

const at = (path) => `${province.house.url}${path}`;
const visit = (act) => stage.visit({ ...DESK, others: [province.issuer] }, act);
const button = (page) => page.getByRole('link', { name: /Cổng đăng nhập tỉnh/ });

async function enterAs(page, name) {
  await button(page).click();
  await page.locator('input[name=name]').fill(name);
  await page.getByRole('button', { name: 'Vào' }).click();
  await page.waitForURL(new RegExp(`^${province.house.url}`));
}

test('somebody whom no account is linked with is told what to tell the administrator, and is let in nowhere', () =>
  visit(async (page, context) => {
    await page.goto(at('/admin/campaigns'));
    await accessible(page, 'sso-login');
    await enterAs(page, 'lan-01');
    assert.match(await page.locator('[role=alert]').innerText(), /quản trị tỉnh/);
    assert.match(await page.locator('main').innerText(), /lan-01@snv\.example/);
    assert.deepEqual((await context.cookies(province.house.url)).filter(({ name }) => name === 'session'), []);
    await accessible(page, 'sso-nobody');
  }));

test('an administrator links an account with an identity', () =>
  visit(async (page) => {
    await page.goto(at('/admin/login'));
    await page.fill('#name', 'quang');
    await page.fill('#password', PASSWORD);
    await page.locator('form.card button').click();
    await page.waitForURL(/\/admin/);
    const link = async (account, identity) => {
      await page.goto(at(`/admin/accounts/${account}/sso`));
      await page.locator('#f-sso').fill(identity);
      await page.keyboard.press('Enter');
    };
    await link('thulan', 'lan@elsewhere.example');
    await page.locator('.summary').waitFor();
    await accessible(page, 'sso-identity-error');
    await link('thulan', 'Lan-01@snv.example');
    await page.locator('.done').waitFor();
    assert.equal(await page.locator('#f-sso').inputValue(), 'lan-01@snv.example');
    await accessible(page, 'sso-identity');
    await link('hoa', 'lan-01@snv.example');
    await page.locator('.summary').waitFor();
    // All administrators are told of it.
    await page.goto(at('/admin/tai-khoan'));
    assert.match(await page.locator('section[aria-labelledby=grants]').innerText(), /thulan/);
    await accessible(page, 'accounts-grants');
    // Nobody makes a way into the own account.
    await page.goto(at('/admin/accounts/quang/sso'));
    assert.equal(await page.locator('#f-sso').count(), 0);
  }));

test('then that person enters through the provider to the page that was asked for, and logs out at both', () =>
  visit(async (page, context) => {
    await page.goto(at('/admin/campaigns'));
    await enterAs(page, 'lan-01');
    assert.equal(new URL(page.url()).pathname, '/admin/campaigns');
    assert.equal(await page.locator('.who').innerText(), 'thulan');
    const cookies = await context.cookies(province.house.url);
    assert.deepEqual(cookies.filter(({ name }) => name === 'sso'), [], 'nothing is left of the way there');
    assert.doesNotMatch(province.house.log, /eyJ/, 'no token in the log');
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    const out = page.getByRole('link', { name: 'Đăng xuất cả ở đó' });
    await out.waitFor();
    await accessible(page, 'sso-logged-out');
    await out.click();
    await page.getByRole('button', { name: /sign me out/i }).click();
    await page.waitForURL(at('/admin/login'));
    // The provider asks for the name again.
    await button(page).click();
    await page.locator('input[name=name]').waitFor();
  }));

test('an address that the provider has not verified is nobody', () =>
  visit(async (page) => {
    assert.equal(await province.house.run(['user', 'sso', 'hoa', 'unverified@snv.example']), 0);
    await page.goto(at('/admin/login'));
    await enterAs(page, 'unverified');
    assert.match(await page.locator('[role=alert]').innerText(), /quản trị tỉnh/);
    // By the provider's own name for them they are somebody.
    assert.equal(await province.house.run(['user', 'sso', 'hoa', 'unverified']), 0);
    await page.goto(at('/admin/login'));
    await button(page).click();
    await page.locator('.who').waitFor();
    assert.equal(await page.locator('.who').innerText(), 'hoa');
  }));

test('a form that waits goes on after a log-in in another tab', () =>
  visit(async (page, context) => {
    await page.goto(at('/admin/login'));
    await page.evaluate(() => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = '/admin/campaigns/none/y-kien';
      form.innerHTML = '<input type="hidden" name="word" value="Nhơn Lý">';
      document.body.append(form);
      form.submit();
    });
    await page.waitForURL(/y-kien$/);
    const opened = context.waitForEvent('page');
    await button(page).click();
    const tab = await opened;
    await tab.locator('input[name=name]').fill('lan-01');
    await tab.getByRole('button', { name: 'Vào' }).click();
    await tab.locator('.who').waitFor();
    await page.getByRole('button', { name: 'Tiếp tục với biểu mẫu này' }).click();
    await page.getByRole('button', { name: 'Gửi lại' }).waitFor();
    assert.equal(await page.locator('input[name=word]').inputValue(), 'Nhơn Lý');
  }));

const session = (response) => /(^|, )session=[^;]/.test(response.headers.get('set-cookie') ?? '');

test('F: an answer that holds lets in, with PKCE, and each one that does not lets nobody in', async () => {
  assert.equal(await liar.house.run(['user', 'sso', 'thulan', 'lan@snv.example']), 0);
  const honest = await liar.through();
  assert.deepEqual([honest.status, honest.headers.get('location')], [303, '/admin']);
  assert.ok(session(honest) && liar.verifierFits());

  const now = Math.floor(Date.now() / 1000);
  const lies = {
    'another audience': { claims: { aud: 'another' } },
    'another issuer': { claims: { iss: 'https://evil.example' } },
    'too old': { claims: { exp: now - 10, iat: now - 400 } },
    'another log-in': { claims: { nonce: 'another' } },
    'no nonce': { claims: { nonce: undefined } },
    'another key': { otherKey: true },
    'not signed': { head: { alg: 'none' } },
    'no ID token': { noToken: true },
    'another access token': { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } },
    'not verified': { claims: { email_verified: false } },
    'nothing about verification': { claims: { email_verified: undefined } },
    'another domain': { claims: { email: 'lan@evil.example' } },
    'a name there that is an address of somebody here': { claims: { sub: 'lan@snv.example', email: undefined } },
    'a domain that ends alike': { claims: { email: 'lan@evil-snv.example' } },
  };
  for (const [what, lie] of Object.entries(lies)) {
    liar.lie = lie;
    const refused = await liar.through();
    assert.deepEqual([refused.status, session(refused)], [403, false], what);
  }
  liar.lie = {};
  assert.ok(session(await liar.through()), 'and then the truth again');
});

test('F: a log-in that another browser began, or none, is finished by nobody', async () => {
  liar.lie = {};
  const asked = liar.asked;
  const changes = {
    'no cookie': (back) => ({ ...back, cookies: null }),
    'a cookie of ones own': (back) => ({ ...back, cookies: 'sso=AAAA' }),
    'another state': (back) => ({ ...back, state: 'another' }),
    'no state': (back) => ({ ...back, state: null }),
    'no code': (back) => ({ ...back, code: null }),
  };
  for (const [what, change] of Object.entries(changes)) {
    const refused = await liar.through(change);
    assert.deepEqual([refused.status, session(refused)], [400, false], what);
  }
  assert.equal(liar.asked, asked, 'and the provider is not even asked');
  const stopped = await liar.through((back) => ({ ...back, code: null, error: 'access_denied<script>' }));
  assert.deepEqual([stopped.status, session(stopped)], [403, false]);
  assert.doesNotMatch(await stopped.text(), /access_denied/);
});

test('H-14: a provider that sends the server elsewhere is not followed', async () => {
  let asked = 0;
  const elsewhere = createServer((_, response) => { asked += 1; response.end('{}'); });
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  liar.lie = { tokenEndpoint: `http://127.0.0.1:${elsewhere.address().port}/token`, claims: { nonce: 'another' } };
  // What it says of itself is asked for anew after an answer that did not hold.
  await liar.through();
  const refused = await liar.through();
  assert.deepEqual([refused.status, session(refused), asked], [403, false, 0]);
  elsewhere.close();
  liar.lie = {};
});
