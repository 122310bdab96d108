// The Department's units: a list imported with its faults mended, looked at, confirmed, searched, merged and taken back.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { DESK, Stage, accessible } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const at = (path) => new URL(path, stage.staff.url).href;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

async function enter(page) {
  await page.goto(at('/admin/login'));
  const form = page.locator('form', { has: page.locator('input[type=password]') });
  await form.getByRole('textbox').first().fill(stage.staff.user);
  await form.locator('input[type=password]').fill(stage.staff.password);
  await Promise.all([page.waitForEvent('load'), form.getByRole('button').click()]);
}

async function press(page, name) {
  const button = page.locator('main').getByRole('button', { name }).or(page.locator('main').getByRole('link', { name })).first();
  await Promise.all([page.waitForEvent('load'), button.click()]);
}

async function file(name, text) {
  const path = join(stage.folder, name);
  await writeFile(path, text);
  return path;
}

const HEAD = 'Mã đơn vị;Tên đơn vị;Loại đơn vị;Mã đơn vị cấp trên;Có từ ngày;Đến hết ngày;Mã đơn vị kế thừa\r\n';

test('a pasted list leads to a short preview, and back from there no form is sent again', () =>
  stage.visit(DESK, async (page) => {
    await enter(page);
    await page.goto(at('/admin/units/import'));
    // A name that does not say what the unit is.
    await page.getByLabel('Dán danh sách vào đây').fill('UBND xã Dán Một\nĐơn vị lạ\n');
    await page.locator('[name=since][value=always]').check();
    await press(page, /^Xem trước$/);
    assert.match(await page.locator('table').first().innerText(), /dòng 2/);
    await accessible(page, 'units-paste-faults');
    const lines = Array.from({ length: 12 }, (_, n) => `UBND xã Dán ${n + 1}\txã`).join('\n');
    await page.getByLabel('Dán danh sách vào đây').fill(lines);
    await press(page, /^Xem trước$/);
    assert.match(await page.locator('main').innerText(), /Danh sách gồm: 12 xã\./);
    assert.equal(await page.locator('details.group[open]').count(), 0);
    await accessible(page, 'units-paste-preview');
    // The refused form is not sent once more: its page opens as it begins.
    await page.goBack();
    assert.equal(new URL(page.url()).pathname, '/admin/units/import');
    assert.equal(await page.locator('.summary').count(), 0);
  }));

for (const [where, look] of [['desk', DESK], ['phone', PHONE]]) {
  test(`a list is imported with its faults mended, and the change is undone (${where})`, () =>
    stage.visit(look, async (page) => {
      await enter(page);
      await page.goto(at('/admin/units'));
      await accessible(page, `units-tree-${where}`);
      await press(page, /^Nhập danh sách$/);
      await accessible(page, `units-import-${where}`);

      // Two rows to mend: nothing is stored.
      const wrong = `${HEAD}px-${where};Phường Xanh <b>;phường;py-${where};01/07/2025;;\r\npy-${where};;phường;px-${where};30/2/2025;;\r\n`;
      await page.locator('input[type=file]').setInputFiles(await file('sai.csv', wrong));
      await press(page, /^Xem trước$/);
      const faults = await page.locator('table').first().innerText();
      assert.match(faults, /dòng 3, cột B/);
      assert.match(faults, /dòng 3, cột E/);
      await accessible(page, `units-faults-${where}`);

      // Mended: in UTF-16 with a byte order mark, as Excel's “Unicode text” is.
      const right = `${HEAD}px-${where};Phường Xanh <b>;phường;py-${where};01/07/2025;;\r\npy-${where};Phường Ỷ Lan;phường;bd;01/07/2025;;\r\n`;
      const utf16 = Buffer.from(`\ufeff${right.replaceAll(';', '\t')}`, 'utf16le');
      await page.locator('input[type=file]').setInputFiles(await file('dung.txt', utf16));
      await press(page, /^Xem trước$/);
      assert.match(await page.locator('main').innerText(), /Thêm mới: 2/);
      await accessible(page, `units-preview-${where}`);
      await press(page, /^Xác nhận/);
      assert.match(await page.locator('.done').innerText(), /Đã thêm 2 đơn vị/);

      // Found without diacritics.
      await page.getByRole('searchbox').fill('phuong y lan');
      await press(page, /^Tìm$/);
      await accessible(page, `units-found-${where}`);
      await press(page, /Phường Ỷ Lan/);
      assert.match(await page.locator('main').innerText(), /Phường Xanh <b>/);
      await accessible(page, `units-unit-${where}`);

      // Undone: the units are gone again.
      await page.goto(at('/admin/units/changes'));
      await accessible(page, `units-changes-${where}`);
      await press(page, /^Hoàn tác lần/);
      await page.goto(at('/admin/units?q=y+lan'));
      assert.equal(await page.locator('.hits li').count(), 0);
    }));

  test(`the forms of a unit: new, change, end, merge (${where})`, () =>
    stage.visit(look, async (page) => {
      await enter(page);
      for (const [name, path] of [
        ['new', '/admin/units/new'],
        ['edit', '/admin/unit/qn/edit'],
        ['end', '/admin/unit/qn/end'],
        ['merge', '/admin/unit/qn/merge'],
      ]) {
        await page.goto(at(path));
        await accessible(page, `units-${name}-${where}`);
        if (name === 'merge') continue;
        // Sent empty: what is wrong is said at the top, with links, and at its field.
        if (name === 'new') await page.locator('[name=name]').fill('');
        if (name === 'edit') await page.locator('[name=name]').fill('Tên khác');
        await Promise.all([page.waitForEvent('load'), page.locator('form.sheet button.main').click()]);
        assert.ok((await page.locator('.summary a').count()) > 0, name);
        await accessible(page, `units-${name}-wrong-${where}`);
      }
    }));
}
