import { createHash, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { embeddedSection } from '../../test/scenarios/sample-directory.ts';
import { type Keyturn, startKeyturn } from '../../test/scenarios/start-keyturn.ts';
import type { IssuedCertificate } from '../../test/servers/certificate-authority.ts';
import { type ConnectProxy, startConnectProxy } from './kiosk/connect-proxy.ts';
import { ends, ids, type KioskBench, type KioskRun, startKioskBench } from './kiosk/kiosk-bench.ts';

/** Nobody listens there: what arrives at the portal came through the proxy. */
const PORTAL = 'https://localhost:1/';
const OTHER_KEY = `${'A'.repeat(43)}=;${'B'.repeat(42)}A=`;
let bench: KioskBench;
let keyturn: Keyturn;
let company: ConnectProxy;
let shown: IssuedCertificate;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({ directories: [embeddedSection()] });
  bench.proxy.upstream = keyturn.url;
  shown = await bench.authority.issue({ name: 'portal', altNames: ['DNS:localhost'] });
  bench.proxy.show(shown);
  company = await startConnectProxy(bench.proxy.port);
  await bench.setProxy(company.address);
});
afterAll(async () => {
  await bench?.close();
  await company?.close();
  await keyturn?.close();
});
beforeEach(() => {
  company.status = 200;
  company.asked.length = 0;
  bench.proxy.requests.length = 0;
});
afterEach(() => bench.endAll());

const pin = () =>
  createHash('sha256')
    .update(new X509Certificate(shown.certificatePem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');

async function start(more: Record<string, string> = {}): Promise<KioskRun> {
  await bench.configure({ PortalUrl: PORTAL, ...more });
  return bench.start();
}
async function end(kiosk: KioskRun): Promise<void> {
  await kiosk.press('close');
  expect(await kiosk.exitCode).toBe(ends.closed);
}

describe('through the proxy of the system, where the direct way leads nowhere', () => {
  it.each([
    ['without pinned keys', () => ({})],
    ['with a pinned key that fits', () => ({ CertificatePins: `${'A'.repeat(43)}=;${pin()}` })],
  ])('the whole journey goes in a tunnel, %s', async (_what, more) => {
    const kiosk = await start(more());
    await kiosk.page('Which account?');
    await kiosk.fill('someone');
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    expect(bench.proxy.requests.some(({ method, path }) => method === 'POST' && path === '/api/v1/journeys')).toBe(true);
    expect(company.asked.length).toBeGreaterThan(0);
    for (const { target, headers } of company.asked) {
      expect(target).toBe('localhost:1');
      // Nothing for the portal is told to the proxy, and nobody is signed in to it.
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('proxy-authorization');
    }
    expect(kiosk.events()).toEqual([]);
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await end(kiosk);
  });

  it('another key than the pinned ones is an alarm there too', async () => {
    const kiosk = await start({ CertificatePins: OTHER_KEY });
    await kiosk.page('This is not the server we expected');
    expect(kiosk.events()).toEqual(['6|localhost']);
    await end(kiosk);
  });
});

// wine does not look at the answer of the proxy and goes on as if there were a tunnel: that a sign-in is wanted, only Windows tells.
describe.each([
  ['wants a sign-in', 407],
  ['refuses', 403],
])('a proxy that %s', (_what, status) => {
  it.each([
    ['without pinned keys', {}],
    ['with pinned keys, which nobody has seen', { CertificatePins: OTHER_KEY }],
  ])('is no alarm, and nothing is said to it, %s', async (_pins, more) => {
    company.status = status;
    const kiosk = await start(more);
    const state = await kiosk.page('The connection is not secure', `proxy-${status}`);
    expect(state.controls.find(({ id }) => id === ids.notice)?.text).toMatch(/^Error: This computer does not trust/);
    expect(company.asked.length).toBeGreaterThan(0);
    expect(bench.proxy.requests).toEqual([]);
    expect(kiosk.events()).toEqual(['5|localhost|certificate not accepted']);
    await end(kiosk);
  });
});
