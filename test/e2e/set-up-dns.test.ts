import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildWeb } from '../../scripts/build-web.ts';
import { writeSettings } from '../cli/run-command.ts';
import { until } from '../scenarios/start-keyturn.ts';
import { startDns } from '../servers/dns.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { sharedSlapd } from '../servers/shared-servers.ts';
import { startTcpProxy } from '../servers/tcp-proxy.ts';
import { faults, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { wordsOf } from './sign-in-here.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let browser: Browser;
beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), buildWeb()]);
});
afterAll(() => browser?.close());

let folder: string;
beforeEach(async () => {
  folder = await createScratchFolder('set-up-dns');
});
afterEach(() => removeScratchFolder(folder));

/** `keyturn serve` on an empty folder, on a machine whose name server is the one of the test: its file names no other. */
async function serve(nameServer: number) {
  const resolv = join(folder, 'resolv.conf');
  writeFileSync(resolv, `nameserver 127.0.0.1:${nameServer}\n`);
  const keyturn = [process.execPath, join(ROOT, 'bin', 'keyturn.js'), '--config', writeSettings(folder), 'serve'];
  const shell = ['-m', '--propagation', 'private', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolv];
  const child = spawn('unshare', [...shell, ...keyturn], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  const link = () => /http:\/\/127\.0\.0\.1:\d+\/setup#\S+/.exec(said)?.[0];
  await until(() => link() !== undefined || child.exitCode !== null, 'the link of the set-up', 60_000);
  return {
    link: link()?.replace('127.0.0.1', 'localhost') ?? '',
    said: () => said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

describe.each([
  ['en', { colorScheme: 'light', viewport: { width: 1280, height: 800 }, locale: 'en-GB' }],
  ['de', { colorScheme: 'dark', viewport: { width: 320, height: 640 }, locale: 'de-DE' }],
] as const)('a domain whose DNS knows three servers, one of them dead, in %s', (language, options) => {
  it('is found by its name alone, with what is wrong with the one, and goes on with those that answer first', async () => {
    const t = wordsOf(language, 'set-up');
    const [slapd, dead] = [await sharedSlapd(), await claimFreePort()];
    const port = Number(new URL(slapd.ldapUrl).port);
    const other = await startTcpProxy({ targetHost: slapd.host, targetPort: port });
    const record = (priority: number, at: number) => ({ priority, weight: 0, port: at, target: 'localhost' });
    const dns = await startDns({ '_ldap._tcp.example.test': [record(0, dead.port), record(2, other.port), record(1, port)] });
    const server = await serve(dns.port);
    try {
      expect(server.link, server.said()).not.toBe('');
      const { page, context, complaints } = await openPage(browser, new URL(server.link).origin, { ...options, expectedStatuses: [401] });
      const at = (key: string) => page.getByRole('heading', { level: 1, name: t[key] ?? key, exact: true }).waitFor();
      const press = (key: string) => page.getByRole('button', { name: t[key] ?? key, exact: true }).click();
      const fill = (key: string, text: string) => page.getByLabel(t[key] ?? key, { exact: true }).fill(text);
      const look = async (what: string) => {
        expect(await faults(page), what).toEqual([]);
        expect(await scrollsSideways(page), what).toBe(false);
        await screenshot(page, `set-up-dns-${what}-${language}`);
      };
      await page.goto(server.link);
      await at('title');
      await press('open.button');
      await at('address.title');

      // A domain that nobody has a server for is told so, and another one can be typed.
      await fill('address.label', 'nowhere.example.test');
      await press('address.button');
      await page
        .getByRole('alert')
        .getByText(t['found.nobody'] ?? '')
        .waitFor();
      await look('nobody');
      await fill('address.label', 'example.test');
      await press('address.button');
      await at('found.title');
      expect(dns.asked).toContain('_ldap._tcp.dc._msdcs.example.test');
      const shown = (await page.getByRole('listitem').filter({ hasText: 'ldap://localhost:' }).allInnerTexts()).map((text) => text.trim());
      expect(shown).toHaveLength(3);
      expect(shown[0]).toContain(`ldap://localhost:${dead.port}`);
      expect(shown[0]).toContain('The server refused the connection');
      for (const text of shown.slice(1)) expect(text).toContain(t['found.answers'] ?? '');
      await look('found');

      await fill('found.base', slapd.peopleDn);
      await fill('found.groups', `ou=groups,${slapd.baseDn}`);
      await page.getByRole('checkbox').check();
      await press('next');
      await at('account.title');
      await fill('account.label', slapd.service.dn);
      await fill('account.password', slapd.service.password);
      await press('account.button');
      await page.getByText(t['account.may.reset-password'] ?? '').waitFor();
      await look('account');
      // Those that answer come first, and the dead one stays for when it is back.
      await page.goto(new URL('/setup', server.link).href);
      await at('organisation.title');
      await fill('organisation.name', 'Northwind Traders');
      await press('next');
      await at('mail.title');
      const [file] = await Promise.all([page.waitForEvent('download'), press('file.keep')]);
      const { directories } = parse(readFileSync(await file.path(), 'utf8')) as { directories: { servers: { url: string }[] }[] };
      expect(directories[0]?.servers.map(({ url }) => new URL(url).port)).toEqual([port, other.port, dead.port].map(String));
      expect(complaints).toEqual([]);
      await context.close();
    } finally {
      await server.stop();
      await Promise.all([dns.stop(), other.stop()]);
      dead.release();
    }
  });
});
