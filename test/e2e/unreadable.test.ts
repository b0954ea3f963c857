import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { unreadable } from './unreadable.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const read = async (body: string, language = 'en') => {
  const page = await browser.newPage();
  await page.setContent(`<!doctype html><html lang="${language}"><body>${body}</body></html>`);
  const found = await unreadable(page);
  await page.close();
  return found.map((each) => each.split(':')[0]);
};

it.each([
  ['totp', 'a code, "totp"'],
  ['By email + linked-account', 'a code, "linked-account"'],
  ['From windows-logon, cli', 'a code, "windows-logon"'],
  ['See recovery.rules[0]', 'a place in a list, "[0]"'],
  ['Problem (directory.unavailable)', 'a code, "directory.unavailable"'],
  ['Set publicUrl', 'a name of a program, "publicUrl"'],
  ['Until undefined', 'a value that is none, "undefined"'],
  ['The reason: “”', 'quotes around nothing, "“”"'],
  ['12 MiB free at .', 'a stop after nothing, "."'],
])('finds in "%s" %s', async (text, found) => {
  expect(await read(`<p>${text}</p>`)).toEqual([found]);
});

it('lets words, addresses and what is shown as it is written pass', async () => {
  expect(await read('<p>Sign-in name: anna@example.test, https://keyturn.example.test/me, lab-4f9c. Is it not known?</p>')).toEqual([]);
  expect(await read('<code>recovery.rules[0]</code><textarea>undefined</textarea>')).toEqual([]);
});

it('finds English on a German page, and not where it is said to be English or somebody has said it', async () => {
  expect(await read('<p>Das ist the account.</p>', 'de')).toEqual(['English on a German page, "the"']);
  expect(await read('<p lang="en">The doctor is right.</p><p>Grund: „calls of the impostors“</p>', 'de')).toEqual([]);
  expect(await read('<p lang="en">See rules[0].</p>', 'de')).toEqual(['a place in a list, "[0]"']);
});
