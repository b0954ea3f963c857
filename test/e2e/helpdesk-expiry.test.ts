import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock, type Enrolled } from '../scenarios/start-keyturn.ts';
import { handbookSlapdAccess } from '../servers/handbook-rules.ts';
import { type SlapdServer, startSlapd } from '../servers/slapd.ts';
import { slapdBaseDn, slapdDns } from '../servers/slapd-configuration.ts';
import { policyDn } from '../servers/slapd-seed.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { signInHere } from './sign-in-here.ts';

let slapd: SlapdServer;
let portal: PortalKeyturn;
let browser: Browser;
let boss: { login: string; password: string } & Enrolled;
const family = newLogin('fam');

beforeAll(async () => {
  // A policy that the service account may not read: of who is under it nobody knows when the password ends.
  const hidden = `access to dn.base="${policyDn('strict')}" by dn.exact="${slapdDns.service}" none by * break`;
  slapd = await startSlapd({ accessLines: [hidden, handbookSlapdAccess('openldap.md', slapdBaseDn)] });
  process.env.E2E_EXPIRY_SERVICE = slapd.service.password;
  const add = (login: string, policy?: 'strict' | 'expiring') =>
    slapd.createUser({ login, password: newPassword(), ...(policy === undefined ? {} : { policyDn: policyDn(policy) }) });
  await add(`${family}-ended`, 'expiring');
  await add(`${family}-hidden`, 'strict');
  await add(`${family}-soon`);
  const agent = { login: newLogin('agent'), password: newPassword() };
  await slapd.createUser(agent);
  const section = {
    ...{ kind: 'openldap', id: 'people', label: 'People', servers: [{ url: slapd.url }], tls: { ca: slapd.caPem }, baseDn: slapd.baseDn },
    serviceAccount: { name: slapd.service.name, password: 'env:E2E_EXPIRY_SERVICE' },
    protected: {},
  } as ConfigurationDocument['directories'][number];
  [portal, browser] = await Promise.all([
    startPortalKeyturn({
      directories: [section, embeddedSection('cloud')],
      configuration: {
        signIn: { enabled: true },
        roles: [
          {
            name: 'agents',
            may: ['see-people'],
            heldBy: { directories: ['people'], accounts: [agent.login] },
            over: { directories: ['people', 'cloud'] },
          },
        ],
      },
      clock: createMovableClock(),
    }),
    launchBrowser(),
  ]);
  boss = { ...agent, ...(await portal.keyturn.enrol(agent.login)) };
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await portal?.close();
  await slapd?.stop();
});

const english = {
  title: 'People',
  filter: 'Only',
  one: 'One person',
  nobody: 'Nobody found',
  untold: /Of some people the directory does not tell when their passwords end/,
  unknown: /^Not known$/,
};
const german: typeof english = {
  title: 'Personen',
  filter: 'Nur',
  one: 'Eine Person',
  nobody: 'Niemand gefunden',
  untold: /Von manchen Personen sagt das Verzeichnis nicht, wann ihr Passwort abläuft/,
  unknown: /^Nicht bekannt$/,
};

async function signIn(page: Page, language: string): Promise<void> {
  await signInHere(page, portal, { ...boss, owner: boss, language });
  await page.goto(`${portal.origin}/helpdesk`);
}

describe.each([
  ['light', 'en', { colorScheme: 'light', viewport: { width: 1280, height: 800 }, locale: 'en-GB' }, english],
  ['dark', 'de', { colorScheme: 'dark', viewport: { width: 320, height: 640 }, locale: 'de-DE' }, german],
] as const)('the helpdesk, %s, %s', (scheme, language, options, words) => {
  it('finds whose password has ended, and says that it does not know it of everybody', async () => {
    const { page, context, complaints } = await openPage(browser, portal.origin, { ...options, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      expect(await scrollsSideways(page), what).toBe(false);
      await screenshot(page, `helpdesk-expiry-${what}-${scheme}-${language}`);
    };
    await signIn(page, language);
    await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
    await page.keyboard.type(family);
    await page.getByRole('link', { name: new RegExp(`${family}-hidden`) }).waitFor();
    expect(await page.getByText(words.untold).count()).toBe(0);
    await page.getByLabel(words.filter, { exact: true }).selectOption('expired');
    await page.getByText(words.one, { exact: true }).waitFor();
    await page.getByRole('link', { name: new RegExp(`${family}-ended`) }).waitFor();
    // The other directory tells it of everybody.
    await page.getByText(words.nobody, { exact: true }).waitFor();
    expect(await page.getByText(words.untold).count()).toBe(1);
    await look('found');
    // Whom it does not tell it of has neither a good password nor one without an end.
    await page.getByLabel(words.filter, { exact: true }).selectOption('');
    await page.getByRole('link', { name: new RegExp(`${family}-hidden`) }).click();
    await page.getByRole('heading', { level: 1, name: new RegExp(family) }).waitFor();
    expect(await page.locator('dd').filter({ hasText: words.unknown }).count()).toBeGreaterThanOrEqual(2);
    await look('not-known');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
