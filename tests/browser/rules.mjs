// Rules that every page keeps and axe does not know (security tests M-03, M-05, M-06). One function looks at a page as it
// is now and names what breaks them; `accessible` in support.mjs asks it in every size and colour.

/**
 * What a page breaks, in words. `fresh`: nothing may be chosen; `staff`: an officials' desk, where text may be smaller
 * and what is clicked need only be 24 px high (WCAG 2.5.8).
 */
export function brokenRules(page, { fresh = false, staff = false } = {}) {
  return page.evaluate(([fresh, staff]) => {
    const broken = [];
    const all = (what, part = document) => [...part.querySelectorAll(what)];
    const shown = (element) => element.checkVisibility({ visibilityProperty: true });
    const words = (element) => (element?.innerText ?? '').replace(/\s+/g, ' ').trim();
    const name = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
    const box = (element) => element.getBoundingClientRect();
    const main = document.querySelector('main');

    // The page.
    if (all('h1').filter(shown).length !== 1) broken.push('not exactly one h1');
    if (!document.documentElement.lang) broken.push('no language');
    if (!document.title.trim()) broken.push('no title');
    const levels = all('h1,h2,h3,h4', main ?? document).filter(shown).filter((title) => !title.closest('.sum'));
    levels.reduce((before, title) => {
      const level = Number(title.tagName[1]);
      if (level > before + 1) broken.push(`a heading leaves a level out: ${words(title)}`);
      return level;
    }, 0);
    const ids = all('[id]').map((element) => element.id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) broken.push(`id twice: ${id}`);
    for (const element of all('[aria-describedby],[aria-labelledby]')) {
      const to = `${element.getAttribute('aria-describedby') ?? ''} ${element.getAttribute('aria-labelledby') ?? ''}`;
      for (const id of to.split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) broken.push(`points nowhere (#${id}): ${name(element)}`);
      }
    }
    for (const element of all('[tabindex]')) if (element.tabIndex > 0) broken.push(`order by tabindex: ${name(element)}`);

    // Questions.
    for (const input of all('input[type=radio],input[type=checkbox]')) {
      const which = `${input.name}=${input.value}`;
      const label = input.labels[0];
      if (fresh && (input.checked || input.hasAttribute('checked'))) broken.push(`chosen beforehand: ${which}`);
      if (!label || !shown(label)) continue;
      // The switch for pictures is no choice among several; nor is a box that staff tick or leave, or one that is not sent.
      const alone = input.type === 'checkbox' && (!input.name || (staff && all('input').filter((other) => other.name === input.name).length === 1));
      if (input.id !== 'pics' && !alone && !words(input.closest('fieldset')?.querySelector('legend'))) broken.push(`no fieldset with a legend: ${which}`);
      if (!words(label)) broken.push(`no words, only a picture or a colour: ${which}`);
    }
    for (const field of all('textarea,input:not([type=hidden])').filter(shown)) {
      if (!words(field.labels?.[0]) && !field.ariaLabel) broken.push(`no label to see: ${name(field)}`);
    }
    // Staff choose with a mouse or a keyboard.
    for (const group of staff ? [] : all('fieldset').filter(shown)) {
      const options = all('label', group).filter(shown).map(box);
      for (const [at, one] of options.entries()) {
        for (const other of options.slice(at + 1)) {
          const across = Math.max(one.left, other.left) - Math.min(one.right, other.right);
          const down = Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom);
          if (Math.max(across, down) < 7.9) broken.push(`options ${Math.max(across, down)} px apart: ${words(group)}`);
        }
      }
    }
    if (all('form[data-words]').length > 0 && all('[role=status]').length === 0) broken.push('no status messages');

    // Errors: told in the title, in a summary at the top, and at each question in the same words.
    const summary = document.getElementById('errors');
    if (summary) {
      if (!/^(Lỗi|Error):? /.test(document.title)) broken.push(`the title does not begin with the error: ${document.title}`);
      if ([...main.children].find((child) => !child.matches('link,script')) !== summary) broken.push('the error summary is not the first thing');
      const links = all('a', summary);
      if (links.length === 0 && all('li', summary).length === 0) broken.push('an empty error summary');
      for (const link of links) {
        const field = document.getElementById(link.hash.slice(1));
        const error = field?.closest('.q')?.querySelector('.err');
        if (!field?.matches('input,textarea') || !shown(field)) broken.push(`leads to no field: ${words(link)}`);
        else if (error && !words(link).endsWith(words(error))) broken.push(`other words than at the question: ${words(link)}`);
      }
    }

    // What is tapped.
    const least = staff ? 24 : 44;
    for (const target of all('button,label:has(input),a[href],summary,select').filter(shown)) {
      const { width, height } = box(target);
      // What stands within a sentence is exempt: a link, or the words of a comment that staff cover.
      if (target.matches(staff ? 'a,label' : 'a') && getComputedStyle(target).display === 'inline') continue;
      if (height < least - 0.1 || width < least - 0.1) broken.push(`${width} × ${height} px to tap: ${name(target)}`);
    }
    if (!staff) {
      for (const field of all('textarea,input:not([type=hidden])').filter(shown)) {
        if (!field.matches('[type=radio],[type=checkbox]') && box(field).height < 44) broken.push(`low: ${name(field)}`);
      }
    }

    // Reading: large enough, nothing cut off, nothing sideways.
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) broken.push(`${root.scrollWidth} px of content in ${root.clientWidth} px`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || seen.has(element) || !shown(element) || element.closest('script,style,svg')) continue;
      seen.add(element);
      const style = getComputedStyle(element);
      if (!staff && parseFloat(style.fontSize) < 16) broken.push(`${style.fontSize} is small: ${name(element)}`);
      // Vietnamese capitals carry two marks: they need the room.
      if (!staff && parseFloat(style.lineHeight) < 1.28 * parseFloat(style.fontSize)) broken.push(`tight lines: ${name(element)}`);
      for (let part = element; part && part !== document.body; part = part.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(part);
        if (overflowX === 'visible' && overflowY === 'visible') continue;
        // Meant for ears alone.
        if (part.clientWidth <= 1 || part.clientHeight <= 1) break;
        if (/auto|scroll/.test(overflowX + overflowY) || part.matches('textarea')) break;
        if (part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1) broken.push(`cut off: ${name(element)}`);
      }
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const { left, right } = range.getBoundingClientRect();
      if (!staff && right - left > 1 && (left < -1 || right > root.clientWidth + 1)) broken.push(`outside the window: ${name(element)}`);
    }

    // The edge of what is chosen can be seen (1.4.11): 3 to 1 against its ground.
    const light = (colour) => {
      const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
      const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    if (!matchMedia('(forced-colors: active)').matches) {
      for (const input of all('fieldset input').filter(shown).slice(0, 12)) {
        for (const part of [input, input.nextElementSibling].filter(Boolean)) {
          const style = getComputedStyle(part);
          if (style.opacity === '0') continue;
          if (input.checked || input.disabled || parseFloat(style.borderTopWidth) === 0) continue;
          let ground = part;
          while (ground.parentElement && /, 0\)$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
          const ratio = contrast(style.borderTopColor, getComputedStyle(ground).backgroundColor);
          if (ratio < 3) broken.push(`edge of ${ratio.toFixed(2)} to 1: ${name(part)}`);
        }
      }
    }
    return [...new Set(broken)];
  }, [fresh, staff]);
}

/** M-04: whether the focus can be seen and is covered by nothing (WCAG 2.4.7, 2.4.11), and where it is. */
export function focus(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const target = element.labels?.[0] ?? element;
    const shown = [element, element.nextElementSibling, target, element.parentElement].filter(Boolean).some((part) => {
      const style = getComputedStyle(part);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const { top, bottom, left, right } = target.getBoundingClientRect();
    const covered = [top + 3, (top + bottom) / 2, bottom - 3].filter((y) => y >= 0 && y < innerHeight).some((y) => {
      const above = document.elementFromPoint((left + right) / 2, y);
      return !above || !(target.contains(above) || above.contains(target));
    });
    return {
      what: element.outerHTML.slice(0, 160),
      type: element.type,
      sends: element.matches('form[method=post] button:not([type=button])'),
      on: element === document.body,
      shown,
      covered,
      inView: top >= 0 && bottom <= innerHeight,
    };
  });
}
