// Invited persons: a list imported, links made for other channels, a short code typed on a telephone, thanks.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { DESK, Stage, accessible, answerEverything, send } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const at = (path) => new URL(path, stage.staff.url).href;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const list = () => `/admin/campaigns/can-bo-${new Date().getFullYear()}/nguoi-duoc-moi`;

async function enter(page) {
  await page.goto(at('/admin/login'));
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.getByRole('textbox').first().fill(stage.staff.user);
  await form.locator('input[type=password]').fill(stage.staff.password);
  await Promise.all([page.waitForEvent('load'), form.getByRole('button').click()]);
}

async function press(page, name) {
  const main = page.locator('main');
  const button = main.getByRole('button', { name }).or(main.getByRole('link', { name })).first();
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

test('from a list to the thanks: import, links, the short code on a telephone', async () => {
  let code;
  await stage.visit(DESK, async (page) => {
    await enter(page);
    await page.goto(at(list()));
    await accessible(page, 'lists');
    await press(page, /^Nhập danh sách từ tệp$/);
    const head = 'Họ và tên;Chức vụ;Đơn vị;Thư điện tử;Địa chỉ nhận thư\r\n';
    const file = join(stage.folder, 'ds.csv');
    await writeFile(file, `${head}Võ Thị Ánh <b>;Trưởng phòng;bd;sai;\r\n;;bd;;\r\n`);
    await page.locator('input[type=file]').setInputFiles(file);
    await press(page, /^Xem trước$/);
    assert.match(await page.locator('table').innerText(), /dòng 2, cột D[\s\S]*dòng 3, cột A/);
    await accessible(page, 'lists-faults');
    await writeFile(file, `${head}Võ Thị Ánh <b>;Trưởng phòng;bd;;12 Lê Lợi, Quy Nhơn\r\n`);
    await page.locator('input[type=file]').setInputFiles(file);
    await press(page, /^Xem trước$/);
    await accessible(page, 'lists-preview');
    await press(page, /^Lưu 1 thay đổi$/);
    assert.match(await page.getByRole('status').innerText(), /Đã lưu/);

    await page.goto(at(`${list()}?find=vo%20thi%20anh`));
    const row = page.getByRole('row', { name: /Võ Thị Ánh <b>/ });
    await accessible(page, 'lists-found');
    await Promise.all([page.waitForEvent('load'), row.getByRole('link', { name: /^Thư giấy/ }).click()]);
    await accessible(page, 'lists-links');
    // Without the tick nothing is made.
    await press(page, /^Tạo và tải về$/);
    assert.ok(await page.locator('.summary').isVisible());
    await page.getByRole('radio', { name: /CSV/ }).check();
    await page.getByRole('checkbox').check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^Tạo và tải về$/ }).click(),
    ]);
    const rows = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
    assert.equal(rows.length, 2);
    code = rows[1].match(/[2-9A-Z]{5}-[2-9A-Z]{5}/)[0];
    await page.goto(at(`${list()}/tien-do`));
    await accessible(page, 'lists-progress');
  });

  await stage.visit(PHONE, async (page) => {
    await page.goto(at('/m'));
    await accessible(page, 'code');
    const field = page.getByRole('textbox');
    const button = page.locator('main').getByRole('button');
    await field.fill(`O${code.slice(1)}`);
    await Promise.all([page.waitForEvent('load'), button.click()]);
    assert.match(await page.getByRole('alert').innerText(), /Sai mã/);
    assert.equal(await field.inputValue(), `O${code.slice(1)}`);
    await accessible(page, 'code-wrong');
    await field.fill(code.toLowerCase().replace('-', ' '));
    await Promise.all([page.waitForEvent('load'), button.click()]);
    await answerEverything(page, { place: 1 });
    assert.equal(await send(page), 'thanks');
    assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /cảm ơn/i);
  });
});
