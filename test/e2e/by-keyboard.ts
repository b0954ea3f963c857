import type { Page } from 'playwright-core';

interface Stop {
  /** Undefined: nothing that was counted has the focus. */
  readonly index: number | undefined;
  readonly name: string;
  readonly isSeen: boolean;
}

/**
 * What somebody without a mouse cannot use on a page: what the Tab key does not come to, and where the focus is not seen (WCAG 2.2, 2.1.1 and
 * 2.4.7). None means an empty array. Of a group of radio buttons the arrow keys choose, so one is enough.
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  const names = await page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]');
    const groups = new Set<string>();
    const names: string[] = [];
    for (const each of all) {
      delete each.dataset.keyboard;
      const { width, height } = each.getBoundingClientRect();
      // A preview is shown and cannot be used.
      const isUsable =
        each.closest('[inert]') === null &&
        each.checkVisibility({ visibilityProperty: true }) &&
        width > 0 &&
        height > 0 &&
        !each.matches(':disabled');
      // A group is one stop: the radio button that is chosen, or any.
      const group = each instanceof HTMLInputElement && each.type === 'radio' ? each.name : undefined;
      if (!isUsable || (group !== undefined && groups.has(group))) continue;
      if (group !== undefined) groups.add(group);
      each.dataset.keyboard = String(names.length);
      const label = each instanceof HTMLInputElement ? each.labels?.[0]?.textContent : undefined;
      names.push(
        `${each.tagName.toLowerCase()} ${(each.getAttribute('aria-label') ?? label ?? each.textContent ?? '').trim().slice(0, 60)}`,
      );
    }
    return names;
  });
  const missing = new Set(names.keys());
  const unseen = new Set<string>();
  // Once around and back to where it began, wherever that was.
  for (let presses = 0; presses < 2 * names.length + 10 && missing.size > 0; presses += 1) {
    await page.keyboard.press('Tab');
    const { index, name, isSeen } = await stop(page);
    if (index === undefined) continue;
    missing.delete(index);
    if (!isSeen) unseen.add(name);
  }
  return [...[...missing].map((index) => `not reached: ${names[index]}`), ...[...unseen].map((name) => `focus not seen: ${name}`)];
}

function stop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused === document.body) return { index: undefined, name: '', isSeen: true };
    const radios =
      focused instanceof HTMLInputElement && focused.type === 'radio'
        ? [...document.querySelectorAll<HTMLElement>(`input[type=radio][name="${CSS.escape(focused.name)}"]`)]
        : [focused];
    const index = radios.map(({ dataset }) => dataset.keyboard).find((each) => each !== undefined);
    const isMarked = (element: Element | null) => {
      if (element === null) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    };
    // A card is marked as a whole for the radio button within.
    const isSeen = isMarked(focused) || isMarked(focused.closest('label')) || isMarked(focused.parentElement);
    return {
      index: index === undefined ? undefined : Number(index),
      name: `${focused.tagName} ${focused.textContent ?? ''}`.slice(0, 80),
      isSeen,
    };
  });
}

/** Goes to what has this name by the Tab key. Throws where it is not come to. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press('Tab');
    const names = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement)) return [];
      const labels = 'labels' in focused ? [...((focused as HTMLInputElement).labels ?? [])] : [];
      return [focused.getAttribute('aria-label'), focused.textContent, ...labels.map(({ textContent }) => textContent)].map((text) =>
        (text ?? '').replaceAll(/[\u2068\u2069]/g, '').trim(),
      );
    });
    if (names.includes(name)) return;
  }
  throw new Error(`the Tab key does not come to "${name}"`);
}

/** Goes to a button or link by the Tab key, and presses Enter. */
export async function pressByKeyboard(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}
