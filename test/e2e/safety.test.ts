import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { codeIn } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { launchBrowser, openPage } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { createWalk } from './walk.ts';

const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'worker-src': "'self'",
  'style-src': "'self'",
  'connect-src': "'self'",
  'frame-ancestors': "'none'",
  'base-uri': "'none'",
};

describe('the browser holds what the server tells it to', () => {
  let browser: Browser;
  let portal: PortalKeyturn;
  beforeAll(async () => {
    [browser, portal] = await Promise.all([launchBrowser(), startPortalKeyturn({ directories: [embeddedSection()] })]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), portal?.close()]);
  });

  it('every answer has the security headers, the token is in no place that a page can read, and nothing secret is in an address', async () => {
    const login = uniqueName('p');
    await addPerson(portal.keyturn, login);
    const person = await portal.keyturn.enrol(login);
    const { page, context, complaints } = await openPage(browser, portal.origin);
    const walk = createWalk(page, portal.origin);
    const addresses: string[] = [];
    const answers: { url: string; headers: Record<string, string>; body: string }[] = [];
    const reading: Promise<unknown>[] = [];
    page.on('response', (response) => {
      addresses.push(response.url());
      const read = Promise.all([response.allHeaders(), response.text()]);
      reading.push(read.then(([headers, body]) => answers.push({ url: response.url(), headers, body })));
    });
    await walk.open();
    await walk.chooseGoal('reset-password');
    await walk.nameAccount(login);
    await walk.chooseFactor('email');

    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: 'keyturn-journey', httpOnly: true, sameSite: 'Strict', path: '/', domain: '127.0.0.1' });
    const token = cookie?.value ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);

    const code = codeIn(await portal.keyturn.waitForMessage(person.address));
    await walk.giveCode('email', code);
    const totp = person.totp();
    await walk.giveCode('totp', totp);
    await walk.at('new-password.title');
    const password = 'Quiet-harbour-at-n00n';
    await walk.savePassword(password);
    await walk.at('done.title.password-reset');
    const readable = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML, location.href]),
    );
    await Promise.all(reading);
    // The journey's cookie is gone with the journey; the browser's own has come, which says nothing of the person.
    const kept = await context.cookies();
    expect(kept).toMatchObject([{ name: 'keyturn-device', httpOnly: true, sameSite: 'Strict', path: '/', domain: '127.0.0.1' }]);
    const device = kept[0]?.value ?? '';
    expect(device).toMatch(/^[\w-]{43}$/);

    for (const secret of [token, device, password]) expect(readable).not.toContain(secret);
    for (const { url, headers, body } of answers) {
      for (const secret of [token, device]) expect(body, url).not.toContain(secret);
      expect(headers, url).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      const policy = new Map(
        (headers['content-security-policy'] ?? '').split(';').map((directive) => {
          const [name = '', ...values] = directive.split(' ');
          return [name, values.join(' ')];
        }),
      );
      expect(Object.fromEntries(policy), url).toMatchObject(POLICY);
      const caching = url.includes('/assets/') ? 'public, max-age=31536000, immutable' : url.includes('/api/') ? 'no-store' : 'no-cache';
      expect(headers['cache-control'], url).toBe(caching);
    }
    expect(answers.length).toBeGreaterThan(8);
    const joined = addresses.join('\n');
    for (const secret of [token, device, code, totp, password, login]) expect(joined).not.toContain(secret);
    for (const secret of [token, device, code, password]) expect(portal.keyturn.logLines.join('\n')).not.toContain(secret);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('a page of another site can neither answer nor frame', async () => {
    const { page, context } = await openPage(browser, portal.origin);
    const stranger = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><iframe src="${portal.origin}/"></iframe>`);
    });
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    // Another port is another origin, but the same site: the cookie goes along, so the check of the origin has to hold.
    const refusals = () => portal.keyturn.logLines.filter((line) => line.includes('"code":"request.foreign-origin"')).length;
    const before = refusals();
    const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/v1/journeys'));
    await page.goto(origin);
    await page.evaluate(
      (url) =>
        fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then(
          () => undefined,
          () => undefined,
        ),
      `${portal.origin}/api/v1/journeys`,
    );
    // The server refuses it, and the browser hands not even the refusal to the page.
    expect((await failed).failure()?.errorText).toBe('net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin');
    expect(refusals()).toBe(before + 1);
    const framed = page.frames().filter((frame) => frame.url().startsWith(portal.origin));
    expect(framed).toEqual([]);
    stranger.close();
    stranger.closeAllConnections();
    const foreign = await fetch(`${portal.origin}/api/v1/journeys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-site' },
      body: JSON.stringify({ goal: 'reset-password', account: 'alice' }),
    });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ code: 'request.foreign-origin' });
    await context.close();
  });
});
