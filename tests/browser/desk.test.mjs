// The desk from an empty database: a campaign with 120 counters, its codes, ten answers, and the report, by pages alone.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { DESK, Stage, accessible, answerEverything, errorSummary, fitsSideways, send } from './support.mjs';

const NARROW = { viewport: { width: 390, height: 844 } };
const USER = 'thulan';
const PASSWORD = 'bốn con voi qua sông';

/** A server on an empty database, with units and a manager. */
class EmptyStage extends Stage {
  async serve() {
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SIPAS_'))),
      SIPAS_DATABASE_URL: `sqlite:${join(this.folder, 'desk.db')}`,
      SIPAS_SECRET: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
      SIPAS_LISTEN: '127.0.0.1:0',
    };
    const run = (args, input = '') => execFileSync(this.binary, args, { env, input, cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'] });
    const units = [['bd', 'Tỉnh Bình Định', 'tỉnh', '']];
    for (let n = 1; n <= 12; n += 1) units.push([`x${n}`, `UBND xã số ${n}`, 'xã', 'bd']);
    const file = units
      .map(([code, name, kind, parent]) =>
        `[[unit]]\ncode = "${code}"\nname = "${name}"\nkind = "${kind}"\n${parent && `parent = "${parent}"\n`}`)
      .join('');
    await writeFile(join(this.folder, 'units.toml'), file);
    run(['apply', 'units.toml']);
    run(['user', 'add', USER, '--role', 'manager'], PASSWORD);
    this.second = spawn(this.binary, ['serve'], { env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.second.stderr.resume();
    this.home = await new Promise((resolve, reject) => {
      this.second.once('exit', (code) => reject(new Error(`sipas serve ended with ${code}`)));
      createInterface({ input: this.second.stdout }).on('line', (line) => {
        const [what, url] = line.split('\t');
        if (what === 'listening') resolve(url);
      });
    });
    this.citizen = this.home;
  }

  async close() {
    this.second?.removeAllListeners('exit');
    this.second?.kill('SIGTERM');
    await super.close();
  }
}

const stage = new EmptyStage();
before(async () => {
  await stage.open();
  await stage.serve();
});
after(() => stage.close());

const at = (path) => new URL(path, stage.home).href;

async function enter(page) {
  await page.goto(at('/admin/login'));
  await page.getByRole('textbox').first().fill(USER);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('main').getByRole('button').click();
  await page.waitForURL(/\/admin(\/campaigns)?$/);
}

const press = async (page, name) => {
  const shown = page.waitForEvent('load');
  await page.getByRole('main').getByRole('button', { name, exact: true }).first().click();
  await shown;
};

/** What the wizard of a campaign takes, at this width. */
async function campaign(page, slug, title) {
  await page.goto(at('/admin/campaigns'));
  await page.getByRole('link', { name: 'Lập đợt khảo sát' }).click();
  await accessible(page, `desk-choose-${slug}`);
  await page.locator('.offers a[href*="counter"]').click();
  // A name is proposed. Nothing typed: each fault is told at the top, with a link to its field.
  assert.notEqual(await page.locator('[name="title.vi"]').inputValue(), '');
  await page.locator('[name="title.vi"]').fill('');
  await press(page, 'Lưu bản nháp và thêm quầy');
  const summary = errorSummary(page);
  assert.equal(await summary.getByRole('link').count(), 1, 'all the rest is proposed');
  assert.ok(await summary.evaluate((element) => element === document.activeElement), 'the summary has the focus');
  await summary.getByRole('link').first().click();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'title.vi');
  await accessible(page, `desk-new-${slug}`);
  await page.locator('[name="title.vi"]').fill(title);
  // What most leave alone is folded away, and within reach of the keyboard.
  assert.equal(await page.locator('[name=slug]').isVisible(), false);
  for (const fold of ['Thêm ngôn ngữ khác', 'Mã đợt']) await page.locator('summary', { hasText: fold }).press('Enter');
  await page.getByLabel('English').check();
  await page.locator('[name="title.en"]').fill('Satisfaction at the counter, Q4 2026');
  await page.locator('[name=slug]').fill(slug);
  const day = (days) => new Date(Date.now() + days * 864e5).toLocaleDateString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh' });
  await page.locator('[name="opens.day"]').fill(day(-1));
  await page.locator('[name="closes.day"]').fill(day(60));
  await page.locator('[name="notice.responsible.vi"]').fill('Sở Nội vụ tỉnh Bình Định');
  await page.locator('[name="notice.legal_ground.vi"]').fill('Quyết định số 12/QĐ-UBND');
  await page.locator('[name="notice.phone"]').fill('0256 123 456');
  await press(page, 'Lưu bản nháp và thêm quầy');
  assert.equal(new URL(page.url()).pathname, `/admin/campaigns/${slug}/counters/add`);
  // Back from there leads to a page again, though the form was refused once, and it points to the draft.
  await page.goBack();
  await page.getByRole('link', { name: 'mở bản nháp' }).first().click();
  await page.locator('iframe').scrollIntoViewIfNeeded();
  const phone = page.frameLocator('iframe');
  assert.match(await phone.locator('header, .top, body').first().innerText(), new RegExp(title));
  await accessible(page, `desk-settings-${slug}`);
  await page.goto(at(`/admin/campaigns/${slug}/units`));
}

test('from an empty database to ten answers and a report, by pages alone', () =>
  stage.visit(DESK, async (page, context) => {
    await enter(page);
    await accessible(page, 'desk-empty');
    await campaign(page, 'mot-cua', 'Hài lòng tại quầy, quý 4 năm 2026');
    for (let n = 1; n <= 12; n += 1) await page.locator(`[name="population.x${n}"]`).fill(String(900 + 100 * n));
    await press(page, 'Điền số phiếu cần thu');
    assert.equal(await page.locator('[name="sample.x1"]').inputValue(), '278');
    await accessible(page, 'desk-units');
    await press(page, 'Lưu');
    await accessible(page, 'desk-units-saved');

    await page.getByRole('link', { name: 'Quầy', exact: true }).click();
    await accessible(page, 'desk-counters-empty');
    await page.getByRole('link', { name: 'Thêm quầy' }).first().click();
    await page.getByLabel(/^Mỗi xã/).fill('10');
    // The sum is told while it is typed.
    await page.locator('[data-total]', { hasText: '120' }).waitFor();
    await accessible(page, 'desk-add');
    await press(page, 'Xem trước');
    assert.match(await page.locator('main').innerText(), /120 cho xã/);
    await accessible(page, 'desk-add-preview');
    await press(page, 'Thêm 120 quầy');
    assert.match(await page.locator('.done').innerText(), /120/);
    // The way back adds nothing and leads to what was added, instead of an error of the browser's.
    await page.goBack();
    await page.waitForURL(/\/admin\/campaigns\/mot-cua\/counters$/);
    assert.match(await page.locator('caption').innerText(), /120/);
    await accessible(page, 'desk-counters');
    await page.getByRole('searchbox').fill('so 12');
    await page.getByRole('searchbox').press('Enter');
    await page.waitForURL(/find=/);
    assert.equal(await page.locator('tbody tr').count(), 10);

    const edit = page.getByRole('link', { name: /^Sửa/ }).first();
    await edit.click();
    await accessible(page, 'desk-counter');
    const test_page = await page.getByRole('link', { name: /^Thử mã này/ }).getAttribute('href');
    const phone = await context.newPage();
    await phone.goto(test_page);
    assert.match(await phone.locator('.top').innerText(), /KHÔNG LƯU GÌ/);
    await phone.close();

    await page.getByRole('link', { name: 'Kiểm tra và mở' }).click();
    assert.equal(await page.locator('.checks .stop').count(), 0);
    await accessible(page, 'desk-check');
    await press(page, 'Mở đợt khảo sát');
    await accessible(page, 'desk-overview');

    const prints = await page.locator('p.actions').getByRole('link', { name: /^In mã QR/ }).getAttribute('href');
    const sheets = await context.newPage();
    await sheets.goto(at(prints));
    await accessible(sheets, 'desk-print');
    // Only labels come on sheets that may be used in part.
    assert.equal(await sheets.locator('[name=skip]').isVisible(), false);
    await sheets.locator('[name=size][value=labels-21]').check();
    assert.equal(await sheets.locator('[name=skip]').isVisible(), true);
    const labels = await context.request.get(at('/admin/campaigns/mot-cua/posters.pdf?size=labels-21&words=vi'));
    assert.equal((await labels.body()).subarray(0, 5).toString(), '%PDF-');
    await sheets.getByRole('link', { name: /trong trình duyệt$/ }).click();
    await sheets.waitForURL(/posters$/);
    assert.equal(await sheets.locator('section').count(), 120);
    await sheets.close();

    const code = await page.locator('td.address a').first().getAttribute('href');
    for (let n = 0; n < 10; n += 1) {
      const citizen = await context.newPage();
      await citizen.goto(code);
      await answerEverything(citizen, { touch: false });
      assert.equal(await send(citizen), 'thanks');
      await citizen.close();
    }
    await page.getByRole('link', { name: 'Báo cáo', exact: true }).click();
    assert.match(await page.locator('main').innerText(), /10/);
  }));

test('a copy for the next quarter takes two clicks, and pausing tells what it does', () =>
  stage.visit(NARROW, async (page) => {
    await enter(page);
    await page.goto(at('/admin/campaigns/mot-cua'));
    await page.getByRole('link', { name: 'Sao chép cho kỳ sau' }).click();
    assert.equal(await page.locator('[name=slug]').inputValue(), 'mot-cua-2');
    await accessible(page, 'desk-copy');
    await press(page, 'Tạo bản sao');
    assert.match(await page.locator('.done').innerText(), /120/);
    await accessible(page, 'desk-copied');
    await page.goto(at('/admin/campaigns/mot-cua/state/pause'));
    await press(page, 'Tạm dừng');
    await accessible(page, 'desk-paused');
    await page.goto(at('/admin/campaigns/mot-cua/state/close'));
    await press(page, 'Kết thúc ngay');
    assert.ok(await errorSummary(page).isVisible());
    await accessible(page, 'desk-close');
    for (const path of ['', '/settings', '/units', '/counters', '/counters/add']) {
      await page.goto(at(`/admin/campaigns/mot-cua${path}`));
      await fitsSideways(page, path);
    }
  }));

test('a campaign is made with the keyboard alone', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await page.goto(at('/admin/campaigns/new?form=sipas%2F2026.1%2Fcounter'));
    const typed = { 'title.vi': 'Chỉ bằng bàn phím', 'opens.day': '01/01/2030', 'closes.day': '31/03/2030' };
    for (let n = 0; n < 80; n += 1) {
      await page.keyboard.press('Tab');
      const [name, tag] = await page.evaluate(() => [document.activeElement.name, document.activeElement.tagName]);
      if (name in typed) await page.keyboard.type(typed[name]);
      if (tag === 'BUTTON' && (await page.evaluate(() => document.activeElement.closest('main') !== null))) break;
    }
    const shown = page.waitForEvent('load');
    await page.keyboard.press('Enter');
    await shown;
    assert.equal(new URL(page.url()).pathname, '/admin/campaigns/chi-bang-ban-phim/counters/add');
  }));
