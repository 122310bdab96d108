// The second factor: set up with a telephone, asked for at the log-in, recovery codes; and a session that ends while a form
// is open.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { DESK, Stage, accessible, picture } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const at = (path) => new URL(path, stage.staff.url).href;

/** A telephone's code, computed here by RFC 6238 from the key that the page shows. */
function code(key, steps = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...key].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', secret).update(step).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function passwordStep(page) {
  await page.goto(at('/admin/login'));
  await page.fill('#name', stage.staff.user);
  await page.fill('#password', stage.staff.password);
  await page.locator('form.card button').click();
  await page.waitForLoadState();
}

/** What the journeys share: the key, and recovery codes that are left. */
const known = {};

test('a second factor is set up with a telephone, with the keyboard alone', () =>
  stage.visit(DESK, async (page) => {
    await passwordStep(page);
    await page.goto(at('/admin/second-factor'));
    await accessible(page, 'second-factor-set-up');
    known.key = (await page.locator('.secret').innerText()).replace(/\s/g, '');
    const link = await page.locator('a[href^="otpauth:"]').getAttribute('href');
    assert.equal(new URL(link).searchParams.get('secret'), known.key);

    // A wrong code costs nothing: the same key, and words.
    await page.fill('#set-password', stage.staff.password);
    await page.fill('#new', '000000');
    await page.keyboard.press('Enter');
    await page.locator('[role=alert]').waitFor();
    await accessible(page, 'second-factor-set-up-error');
    assert.equal((await page.locator('.secret').innerText()).replace(/\s/g, ''), known.key);
    await page.fill('#set-password', stage.staff.password);
    await page.keyboard.press('Tab');
    await page.keyboard.type(code(known.key));
    await page.keyboard.press('Enter');
    await page.locator('.codes').waitFor();
    known.recovery = await page.locator('.codes li').allInnerTexts();
    assert.equal(new Set(known.recovery).size, 10);
    await accessible(page, 'second-factor-recovery-codes');
    await page.getByRole('link', { name: /tiếp tục/i }).click();
    await page.goto(at('/admin/second-factor'));
    await accessible(page, 'second-factor-overview');
  }));

test('from then on the log-in asks for a code; a recovery code stands in for the telephone', () =>
  stage.visit(DESK, async (page) => {
    await passwordStep(page);
    await accessible(page, 'second-factor-code');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
    await page.fill('#code', '000000');
    await page.keyboard.press('Enter');
    await page.locator('[role=alert]').waitFor();
    await accessible(page, 'second-factor-code-error');
    await page.locator('summary').click();
    await page.fill('#recovery', known.recovery.pop());
    await page.getByRole('button', { name: 'Đăng nhập bằng mã dự phòng' }).click();
    await page.waitForURL(/second-factor$/);
    await picture(page, 'second-factor-after-recovery');
  }));

test('a session that ends while a form is open costs nothing: log-in, code, and the form is sent again', () =>
  stage.visit(DESK, async (page, context) => {
    await passwordStep(page);
    await page.fill('#code', known.recovery.pop());
    await page.keyboard.press('Enter');
    await page.waitForURL(/second-factor$/);
    await page.goto(at('/admin/campaigns'));
    const slugs = await page.locator('a[href*="/admin/campaigns/"]').evaluateAll((all) =>
      [...new Set(all.map((link) => link.pathname.split('/')[3]))]);
    // A campaign with comments that nobody has read.
    for (const slug of slugs) {
      await page.goto(at(`/admin/campaigns/${slug}/y-kien`));
      if (await page.locator('fieldset.comment input[value=released]').count()) break;
    }
    const radio = page.locator('fieldset.comment input[value=released]').first();
    const id = await radio.getAttribute('name');
    await radio.check();
    await context.clearCookies();
    await page.locator('form[action*="y-kien"] button').first().click();
    await page.locator('#password').waitFor();
    await accessible(page, 'kept-login');
    await page.fill('#name', stage.staff.user);
    await page.fill('#password', stage.staff.password);
    await page.locator('form.card button').click();
    await page.locator('#code').waitFor();
    await page.fill('#code', known.recovery.pop());
    await page.keyboard.press('Enter');
    // The cookie is gone, so whose form it was is not known: it waits for a press.
    await page.getByRole('button', { name: 'Gửi lại' }).waitFor();
    await accessible(page, 'kept-again');
    await page.getByRole('button', { name: 'Gửi lại' }).click();
    await page.waitForURL(/y-kien/);
    assert.equal(await page.locator(`input[name="${id}"]`).count(), 0, 'decided, and no longer waiting');
  }));
