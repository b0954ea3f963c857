import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { DEMO_PAGE, PAGES } from '../../shared/pages.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn } from './start-keyturn.ts';

/** Nothing of ours: what browsers ask for in whose language we have no texts. */
const FOREIGN = ['fr-CH, fr;q=0.9', 'pt-BR', 'zh-TW', 'ar', '*', 'tlh, *;q=0.5', 'de;q=0', ''];
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const CONTACT = { en: 'Call 4000 <b>', de: 'Rufen Sie 4000 an' };

let keyturn: Keyturn;

beforeAll(async () => {
  await buildWeb();
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: GENEROUS_LIMITS,
      organisation: {
        name: 'Test',
        publicUrl: 'https://password.example',
        defaultLanguage: 'de',
        supportContact: CONTACT,
        timeZone: 'Asia/Kolkata',
      },
    },
  });
});
afterAll(async () => {
  await keyturn.close();
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${keyturn.url}${path}`, { headers, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

describe('the organisation’s language, where none of the person’s is ours', () => {
  const germanOrEnglish: [string, 'de' | 'en'][] = [
    ...FOREIGN.map((language): [string, 'de'] => [language, 'de']),
    ['en-GB', 'en'],
    ['de-AT', 'de'],
  ];

  it.each(germanOrEnglish)('"%s": %s on the page, in the site, in problems and in a journey', async (language, expected) => {
    const headers = { 'accept-language': language };
    const page = await get('/', { ...headers, ...HTML });
    expect(page.text).toContain(`<html lang="${expected}"`);
    expect(page.headers.get('vary')).toBe('accept-language');
    const site = JSON.parse((await get('/api/v1/site', headers)).text) as { supportContact: string; timeZone: string };
    expect([site.supportContact, site.timeZone]).toEqual([CONTACT[expected], 'Asia/Kolkata']);
    const problem = JSON.parse((await get('/api/v1/nowhere', headers)).text) as { title: string };
    expect(problem.title).toBe(keyturn.deps.texts.translate(expected, 'errors.request.not-found'));
    for (const client of [{ kind: 'web' }, { kind: 'windows-logon' }, { kind: 'cli' }]) {
      for (const locale of [undefined, 'fr', '*']) {
        const started = await fetch(`${keyturn.url}/api/v1/journeys`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ goal: 'reset-password', account: 'somebody', client, locale }),
        });
        const { step } = (await started.json()) as { step: { options: { label: string }[] } };
        expect(step.options[0]?.label).toBe(keyturn.deps.texts.translate(expected, 'journey.factor.email'));
      }
    }
  });

  it('speaks also where nothing was understood, and in mails to people whose language we have no texts for', async () => {
    const { chooseLanguage } = await import('../../src/core/configuration/choose-language.ts');
    expect(chooseLanguage(keyturn.deps)).toBe('de');
    const broken = await get('/%zz');
    expect(JSON.parse(broken.text)).toMatchObject({ title: keyturn.deps.texts.translate('de', 'errors.request.malformed') });
  });
});

describe('an address', () => {
  it.each([
    ['/', 200],
    ['/recover', 200],
    ['/recover/', 200],
    ['/not-me/', 200],
    ['/reset', 404],
    ['//recover', 404],
    ['//evil.example/recover', 404],
    ['/recover/extra?x=1', 404],
    ['/%zz', 400],
    ['/index.html', 404],
    ['/.vite/manifest.json', 404],
  ])('%s is a page for people (%i)', async (path, status) => {
    const answer = await get(path, HTML);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.text).toContain('<div id="root">');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['/reset', {}],
    ['/assets/gone.js', { accept: '*/*' }],
    ['/api/v1/nowhere', HTML],
  ])('%s stays a problem for programs and for the API', async (path, headers) => {
    const answer = await get(path, headers as Record<string, string>);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, expect.stringMatching(/^application\/problem\+json/)]);
  });
});

describe('the page file by itself', () => {
  it.each(['en', 'de'] as const)('says in %s what to do where its script does not run, and who helps', async (language) => {
    const { text } = await get('/', { ...HTML, 'accept-language': language });
    const portal = (key: string) => keyturn.deps.texts.translate(language, `portal.${key}`, { contact: CONTACT[language] });
    for (const key of ['boot.title', 'boot.text', 'boot.no-script.title', 'boot.no-script.text', 'boot.contact']) {
      expect(text).toContain(`>${portal(key).replaceAll('<', '&lt;').replaceAll('>', '&gt;')}<`);
    }
    expect(text).not.toContain('<b>');
    expect(text.match(/data-text=/g)).toHaveLength(6);
  });
});

it('has a page at every address that its script draws one for', async () => {
  const source = readFileSync(new URL('../../web/app.tsx', import.meta.url), 'utf8');
  const drawn = [...source.matchAll(/^ {6}case '(\/[^']*)':/gm)]
    .map(([, address = '']) => address)
    .filter((address) => address !== DEMO_PAGE);
  expect(drawn.toSorted()).toEqual([...PAGES].toSorted());
  for (const address of drawn) expect([address, (await get(address, HTML)).status]).toEqual([address, 200]);
});
