import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shadesOf } from '../../shared/branding/shades.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock, until } from '../scenarios/start-keyturn.ts';
import { drawLogo } from '../servers/draw-logo.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { signInHere, wordsOf } from './sign-in-here.ts';
import { plugIn } from './virtual-device.ts';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

const asRgb = (colour: string) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(', ')})`;
const ACCENT = '#0b6b4f';

describe.each([
  ['light', 'light, on a desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }, 'en-GB'],
  ['dark', 'dark, on a phone, in German', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }, 'de-DE'],
] as const)('the look of an organisation, %s', (scheme, _, options, locale) => {
  const language = locale.slice(0, 2);
  const [word, portalWord, meWord] = [wordsOf(language, 'admin'), wordsOf(language, 'portal'), wordsOf(language, 'me')];
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Browser;
  beforeAll(async () => {
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection()],
        configuration: {
          branding: { links: [{ url: 'https://example.com/imprint', label: { en: 'Imprint', de: 'Impressum' } }] },
          signIn: { enabled: true },
          recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
          factors: { coolDownHours: 0 },
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

  it('is seen before it is saved, refused where it cannot be read or is no image, and then on every page', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [400, 401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      await screenshot(page, `branding-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string | undefined) => page.getByRole('button', { name: text ?? '', exact: true }).click();
    await plugIn(page);
    await signInHere(page, portal, { login: chief, owner, language, path: '/me?page=proofs' });
    await press(meWord['proofs.add.passkey.label']);
    await page.getByRole('heading', { level: 1, name: meWord['proofs.passkey.title'] ?? '', exact: true }).waitFor();
    await press(meWord['proofs.add.button']);
    await page.waitForFunction(() => document.querySelector('input') === null);
    const toSection = () => page.goto(`${portal.origin}/admin?page=configuration&section=branding`);

    // A colour that cannot be seen on a light page, and a picture that could run a script.
    await toSection();
    await page.getByLabel('Accent', { exact: true }).fill('#ffdd00');
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "run"</script></svg>';
    await page.getByLabel('Logo', { exact: true }).setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) });
    await page
      .getByText(word['setting.image.broken'] ?? '')
      .first()
      .waitFor();
    await look('broken');
    await press(word['configuration.review']);
    await page.getByText(/The nearest that can is #[0-9a-f]{6}/).waitFor();
    await page.getByText(/An SVG can carry script/).waitFor();
    await press('Branding › Accent');
    await page.locator('[id="branding.accent-problem"]').waitFor();

    // One that could not even be sent: what was there stays.
    await page
      .getByLabel('Logo', { exact: true })
      .setInputFiles({ name: 'huge.png', mimeType: 'image/png', buffer: Buffer.concat([drawLogo(), Buffer.alloc(2_000_000)]) });
    await page.getByText((word['setting.image.too-large'] ?? '').replace('{{size}}', '2001').replace('{{most}}', '60')).waitFor();
    await page.getByLabel('Accent', { exact: true }).fill(ACCENT);
    await page.getByLabel('Logo', { exact: true }).setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: drawLogo() });
    await page
      .getByText(word['setting.image.broken'] ?? '')
      .first()
      .waitFor({ state: 'detached' });
    await page.locator('[data-kt-look="dark"] canvas').first().waitFor();
    const colourOf = (button: Locator) => button.evaluate((each) => getComputedStyle(each).backgroundColor);
    const inFrame = (of: string) => page.locator(`[data-kt-look="${of}"] button`).first();
    for (const of of ['light', 'dark'] as const)
      await until(async () => (await colourOf(inFrame(of))) === asRgb(shadesOf(ACCENT)[of].accent), `the preview in ${of}`);
    await look('preview');

    await press(word['configuration.review']);
    await page.getByText(word['review.passkey'] ?? '').waitFor();
    await page.getByLabel(word['review.comment'] ?? '', { exact: true }).fill('Our colours');
    await look('review');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: meWord['step-up.title'] ?? '', exact: true }).waitFor();
    await press(portalWord['action.continue']);
    await press(portalWord['passkey.use']);
    await page.getByRole('heading', { level: 1, name: (word['versions.version'] ?? '').replace('{{version}}', '2') }).waitFor();

    await page.goto(`${portal.origin}/`);
    const logo = page.locator('header img');
    await logo.waitFor();
    await page.waitForFunction(() => (document.querySelector('header img') as HTMLImageElement | null)?.naturalWidth === 96);
    await page.getByRole('link', { name: language === 'de' ? 'Impressum' : 'Imprint' }).waitFor();
    await page.getByRole('radio').first().check();
    await look('start');
    const button = page.getByRole('button', { name: portalWord['action.continue'] ?? '', exact: true });
    await until(async () => (await colourOf(button)) === asRgb(shadesOf(ACCENT)[scheme].accent), 'the button in the accent');
    expect(complaints).toEqual([]);
    await context.close();

    // What is served is what was drawn, and nothing that another page could have run.
    const source = await logoOf(portal.origin);
    expect(source.headers.get('content-type')).toBe('image/png');
    expect(source.headers.get('x-content-type-options')).toBe('nosniff');
    expect(source.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await source.arrayBuffer())).toEqual(drawLogo());
    expect((await fetch(`${portal.origin}/branding/logo-dark`)).status).toBe(404);
    expect((await fetch(`${portal.origin}/branding/logo?v=other`)).headers.get('cache-control')).toBe('no-cache');
  });
});

async function logoOf(origin: string): Promise<Response> {
  const site = (await (await fetch(`${origin}/api/v1/site`)).json()) as { branding: { logo: string } };
  return fetch(origin + site.branding.logo);
}
