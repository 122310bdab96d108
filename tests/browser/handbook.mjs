// The pictures of the handbook (docs/so-tay/images): SIPAS_BIN=target/debug/sipas node tests/browser/handbook.mjs
// With names behind it, only those: node tests/browser/handbook.mjs don-vi quay
//
// Takes them of a demonstration, at the widths of a desk and of a phone, with few colours so that they stay small.
// Needs pngquant (Debian: pngquant). What the pages are called stands in PAGES; a page that does not answer fails.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Stage } from './support.mjs';

const IMAGES = new URL('../../docs/so-tay/images/', import.meta.url).pathname;
const MOST = 1_500_000;
const SIZES = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } };

/** Name of the picture, how to get there, the widths that the handbook shows, and who is signed in. */
const PAGES = [
  ['dang-nhap', (page, base) => page.goto(`${base}/admin/login`), [1280], null],
  ['phieu-khao-sat', (page, base) => page.goto(`${base}/admin/definitions`), [1280]],
  ['phieu', (page, base) => page.goto(`${base}/admin/definitions/sipas/2026.1`), [1280]],
  ['nhap-xlsform', importForm, [1280, 390]],
  ['dot-khao-sat', (page, base) => page.goto(`${base}/admin/campaigns`), [1280]],
  ['dot', (page, base) => openCampaign(page, base, ''), [1280]],
  ['in-ma-qr', (page, base) => openCampaign(page, base, '/print'), [1280]],
  ['don-vi', (page, base) => page.goto(`${base}/admin/units`), [1280]],
  ['nhap-don-vi', pasteUnits, [1280]],
  ['quay', (page, base) => openCampaign(page, base, '/counters'), [1280]],
  ['theo-doi', (page, base) => openCampaign(page, base, '/theo-doi', true), [1280]],
  ['phieu-giay', (page, base) => openCampaign(page, base, '/paper'), [1280]],
  ['nhap-tep', (page, base) => openCampaign(page, base, '/paper/import'), [1280]],
  ['tai-khoan', (page, base) => page.goto(`${base}/admin/tai-khoan`), [1280], 'administrator'],
  ['ma-truy-cap', accessTokens, [1280]],
  ['nhat-ky', auditLog, [1280], 'administrator'],
  ['y-kien', (page, base) => openCampaign(page, base, '/y-kien', true), [1280]],
  ['bao-cao', (page, base) => openCampaign(page, base, '/report', true), [1280, 390]],
  ['cong-van', letters, [1280]],
];

/**
 * A campaign of the demonstration at counters, which is one that tells of no invited persons; `answered`: the one with
 * most answers, else the latest.
 */
async function openCampaign(page, base, below, answered = false) {
  await page.goto(`${base}/admin/campaigns`);
  const rows = await page.locator('tbody tr').evaluateAll((all) => all.map((row) => ({
    path: new URL(row.querySelector('th a').href).pathname,
    turnout: row.querySelector('.number').textContent,
  })));
  const open = rows.filter(({ turnout }) => !turnout.includes('/'));
  const answers = ({ turnout }) => Number(turnout.replace(/\D/g, ''));
  if (answered) open.sort((a, b) => answers(b) - answers(a));
  assert.ok(open.length > 0, 'the demonstration has no campaign with counters');
  return page.goto(base + open[0].path + below);
}

/** Where the report's list by body begins, with the letters. */
async function letters(page, base) {
  const response = await openCampaign(page, base, '/report', true);
  await page.locator('.duties > .letters').first().evaluate((found) => found.scrollIntoView());
  return response;
}

/** A list of units that was pasted, as it is looked at before it is kept. */
async function pasteUnits(page, base) {
  await page.goto(`${base}/admin/units/import`);
  const communes = Array.from({ length: 12 }, (_, n) => `${n + 2}\tUBND xã An Phú ${n + 1}`);
  await page.fill('[name=lines]', ['TT\tTên cơ quan, đơn vị', '1\tSở Văn hóa, Thể thao và Du lịch', ...communes].join('\n'));
  await page.click('button.main');
  await page.waitForURL('**/import/preview**');
  return page.goto(page.url());
}

/** One's own access tokens, with one that was made. */
async function accessTokens(page, base) {
  await page.goto(`${base}/admin/toi/ma-truy-cap`);
  await page.fill('[name=name]', 'Bảng điều khiển của UBND tỉnh');
  await page.check('[name=scope][value="counts:read"]');
  await page.check('[name=scope][value="reports:read"]');
  await page.fill('[name=password]', stage.staff.password);
  await page.click('button.main');
  await page.waitForSelector('p.once');
  return page.goto(`${base}/admin/toi/ma-truy-cap`);
}

/** The audit log with the details of its first entry that has any. */
async function auditLog(page, base) {
  const response = await page.goto(`${base}/admin/nhat-ky`);
  await page.locator('table.log summary').first().click();
  return response;
}

/** An XLSForm from elsewhere as it is looked at before it is kept: that of tests/xlsform/office. */
async function importForm(page, base) {
  const sheets = [];
  for (const name of ['survey', 'choices', 'settings']) {
    const text = await readFile(new URL(`../xlsform/office/${name}.csv`, import.meta.url), 'utf8');
    sheets.push({ name, rows: text.trim().split('\n').map((line, at) => ({ row: at + 1, cells: cells(line) })) });
  }
  const packed = gzipSync(JSON.stringify({ sheets })).toString('base64');
  await page.goto(`${base}/admin/definitions/import`);
  await page.evaluate((value) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '/admin/definitions/import/check';
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'sheets', value }));
    document.body.append(form);
    form.submit();
  }, packed);
  await page.waitForURL('**/import/check');
  return { ok: () => true };
}

/** The cells of a line of CSV. */
function cells(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
}

async function logIn(page, { url, user, password }) {
  await page.goto(url);
  await page.fill('[name=name]', user);
  await page.fill('[name=password]', password);
  await page.click('button.main');
}

const stage = new Stage();
const folder = await mkdtemp(join(tmpdir(), 'sipas-handbook-'));
try {
  await stage.open();
  const base = new URL(stage.staff.url).origin;
  const wanted = process.argv.slice(2);
  for (const [name, go, widths, who = 'staff'] of PAGES.filter(([name]) => !wanted.length || wanted.includes(name))) {
    for (const width of widths) {
      const context = await stage.browser.newContext({ viewport: SIZES[width], locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh' });
      const page = await context.newPage();
      if (who) await logIn(page, stage[who]);
      const response = await go(page, base);
      assert.ok(response.ok(), `${name}: ${page.url()}`);
      const raw = join(folder, `${name}-${width}.png`);
      await page.screenshot({ path: raw, animations: 'disabled' });
      const out = join(IMAGES, `${name}-${width}.png`);
      execFileSync('pngquant', ['32', '--force', '--strip', '--speed', '1', '--output', out, raw]);
      await context.close();
    }
  }
  let sum = 0;
  for (const file of await readdir(IMAGES)) sum += (await stat(join(IMAGES, file))).size;
  assert.ok(sum < MOST, `the pictures weigh ${sum} bytes`);
  console.log(`${(await readdir(IMAGES)).length} pictures, ${Math.round(sum / 1000)} kB`);
} finally {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
}
