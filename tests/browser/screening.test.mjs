// What somebody writes at a counter, read and covered by the Department before a report shows it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, Stage, accessible, answerEverything, send } from './support.mjs';

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());

const WORDS = ['Nên thêm ghế chờ.', 'Chị Lan rất nhiệt tình, gọi 0905 123 456.', `\u202eđảo\u200b 👍 ${'dài'.repeat(200)}`];

test('M-20: a comment is read, covered word by word and released, by keyboard and on a phone', async () => {
  for (const words of WORDS) {
    await stage.visit(PHONE, async (page) => {
      await page.goto(stage.citizen);
      await answerEverything(page);
      await page.locator('textarea').fill(words);
      await page.locator('.left', { hasText: /\d/ }).waitFor();
      assert.equal(await page.locator('.left').getAttribute('role'), 'status', 'said politely');
      assert.equal(await send(page), 'thanks');
    });
  }
  await stage.visit(DESK, async (page) => {
    const at = (path) => new URL(path, stage.staff.url).href;
    await page.goto(at('/admin/login'));
    await page.locator('input[name=name]').fill(stage.staff.user);
    await page.locator('input[type=password]').fill(stage.staff.password);
    await page.locator('form', { has: page.locator('input[type=password]') }).getByRole('button').click();
    await page.waitForURL(/\/admin\/campaigns$/);
    const paths = await page.locator('a[href*="/admin/campaigns/"]').evaluateAll((all) =>
      [...new Set(all.map((a) => a.pathname.split('/').slice(0, 4).join('/')))]);
    let list;
    for (const path of paths) {
      await page.goto(at(`${path}/y-kien`));
      if ((await page.locator('main').innerText()).includes(WORDS[0])) list = path;
    }
    assert.ok(list, 'no campaign has the comment');
    await page.goto(at(`${list}/y-kien`));
    await accessible(page, 'comments');
    const marks = await page.locator('mark').allInnerTexts();
    assert.deepEqual(marks.sort(), ['0905', '123', '456.', 'Lan']);

    // Cover what is ticked and one word more, by keyboard.
    await page.locator('fieldset.comment', { hasText: 'Lan' }).getByRole('link').click();
    await page.waitForURL(/y-kien\/[0-9a-f]{32}/);
    await accessible(page, 'comment-cover');
    await page.getByRole('checkbox', { name: 'nhiệt' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Che và duyệt' }).press('Enter');
    await page.waitForURL(/y-kien\?/);

    // The rest at once: nothing of it is marked.
    await page.getByRole('button', { name: /không có chỗ tô màu/ }).click();
    await page.getByText('Không có ý kiến nào ở đây.').waitFor();
    await accessible(page, 'comments-none');
    await page.getByRole('link', { name: /Đã duyệt/ }).click();
    await page.waitForURL(/status=released/);
    const shown = await page.locator('blockquote').allInnerTexts();
    assert.equal(shown.length, 3);
    assert.ok(shown.includes('Chị […] rất […] tình, gọi […]'), shown.join(' | '));
  });
});
