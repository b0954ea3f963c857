import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';

describe.each(APPEARANCES)('a threat that is raised in the browser, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, kind] = [wordsOf(language, 'admin'), wordsOf(language, 'me')['kind.totp'] ?? ''];
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  beforeAll(async () => {
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection()],
        configuration: {
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp']] }] },
          threat: { withoutKinds: ['totp'] },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  it('says before that it ends the session of who raises it, and by which kinds, and does', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    await signInHere(page, portal, { login: chief, owner, language });
    await page.goto(`${portal.origin}/admin?page=threat`);
    const told = (word['threat.raise.ends'] ?? '').replace('{{kinds}}', kind);
    await page.getByRole('status').filter({ hasText: told }).waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await screenshot(page, `threat-ends-own-${locale}`);
    await page.getByLabel(word['threat.reason'] ?? '').fill('calls by impostors');
    await page.getByRole('button', { name: word['threat.raise'] ?? '', exact: true }).click();
    await page.getByRole('button', { name: word['enter.sign-in'] ?? '', exact: true }).waitFor();
    expect(await portal.keyturn.deps.store.threats.current()).toMatchObject({ reason: 'calls by impostors' });
    expect(complaints).toEqual([]);
    await context.close();
  });
});
