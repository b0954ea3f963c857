import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { OLD_PASSWORD } from '../scenarios/sample-directory.ts';
import { type Enrolled, until } from '../scenarios/start-keyturn.ts';
import type { PortalKeyturn } from './portal-keyturn.ts';

/** The texts of a page in a language. */
export const wordsOf = (language: string, file: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(join('locales', language, `${file}.json`), 'utf8')) as Record<string, string>;

const BOTH = [
  ['light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const;
/** How a page is looked at. The narrow one shows what the wide one does; `npm run verify:long` looks at both. */
export const APPEARANCES = process.env.KEYTURN_LONG === undefined ? BOTH.slice(1) : BOTH;

/** Signs somebody in, of the sample directory unless they bring a password, by it and the authenticator, and stands at a page of theirs. */
export async function signInHere(
  page: Page,
  { keyturn, origin }: Pick<PortalKeyturn, 'keyturn' | 'origin'>,
  {
    login,
    owner,
    language,
    path = '/me',
    password = OLD_PASSWORD,
  }: { login: string; owner: Enrolled; language: string; path?: string; password?: string },
): Promise<void> {
  const word = wordsOf(language, 'portal');
  // Codes of an authenticator count once.
  keyturn.clock.move(31_000);
  await page.goto(`${origin}${path}`);
  await page.getByLabel(word['account.label'] ?? '').fill(login);
  await page.keyboard.press('Enter');
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: /authenticator/i }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox').first().fill(owner.totp());
  await page.keyboard.press('Enter');
  // That nothing is asked any more is no session yet: who goes to another page before it has come is asked anew there.
  await until(async () => (await page.context().cookies()).some(({ name }) => name === 'keyturn-session'), 'a session');
  await page.waitForFunction(() => document.querySelector('input') === null);
}
