import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LdapSettings } from '../../src/core/configuration/directory-section.ts';
import type { Directory } from '../../src/core/ports/directory.ts';
import { createCertificateAuthority } from '../servers/certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy.ts';
import type { Harness, LdapReach, TestAccount } from './harness.ts';
import { newPassword } from './samples.ts';
import { requireChange, reset, unlock } from './write.ts';

const done = { done: true };

/** Servers that are down, silent, cut off, or not who they should be. */
export function describeNetwork(harness: () => Harness): void {
  const proxies: TcpProxy[] = [];
  const reach = (): LdapReach => {
    const { ldap } = harness();
    if (ldap === null) throw new Error('this kind has no network');
    return ldap;
  };
  /** A proxy in front of the server, on the address that its certificate names unless told. */
  const proxy = async (host = reach().host): Promise<{ proxy: TcpProxy; url: string }> => {
    const started = await startTcpProxy({ host, targetHost: reach().host, targetPort: reach().port });
    proxies.push(started);
    return { proxy: started, url: `ldaps://${host}:${started.port}` };
  };
  const open = (changes: Partial<LdapSettings>): Directory => harness().open(changes);
  const urls = (...list: string[]): Pick<LdapSettings, 'servers'> => ({ servers: list.map((url) => ({ url })) });
  const through = (directory: Directory, account: TestAccount): TestAccount => ({ ...account, directory });

  afterAll(async () => {
    await Promise.all(proxies.map((started) => started.stop()));
  });

  describe('servers', () => {
    it('that refuse are passed over for the next one, and used again once they are back', async () => {
      const account = await harness().createAccount();
      const first = await proxy();
      const directory = open({ ...urls(first.url, reach().settings.servers[0]?.url ?? ''), retryServerAfterSeconds: 5 });
      const outcome = await reset(directory, account.ref, newPassword());
      expect(outcome).toMatchObject({ done: true, server: first.url });

      first.proxy.setMode('refuse');
      first.proxy.cutAll();
      const elsewhere = await reset(directory, account.ref, newPassword());
      expect(elsewhere).toMatchObject({ done: true, server: reach().settings.servers[0]?.url });
      expect((await directory.readAccount(account.ref))?.id).toBe(account.ref.id);
      const before = first.proxy.connectionCount;
      await directory.readStatus(account.ref);
      expect(first.proxy.connectionCount).toBe(before);
      const report = await directory.health();
      expect(report.servers.map(({ ok }) => ok)).toEqual([false, true]);
      expect(report.servers[0]).toMatchObject({ fix: expect.stringMatching(/\.$/) });
      expect(report.serviceAccount.ok).toBe(true);

      first.proxy.setMode('forward');
      harness().clock.forward(6000);
      // The first call after the wait starts a probe beside the work; the one after it finds the server back.
      await expect.poll(async () => (await unlock(directory, account.ref)).server, { timeout: 5000 }).toBe(first.url);
    });

    it('that are down altogether are told as unreachable, with a fix, and found again without a restart', async () => {
      const account = await harness().createAccount();
      const only = await proxy();
      only.proxy.setMode('refuse');
      const directory = open({ ...urls(only.url) });
      for (const call of [() => directory.readAccount(account.ref), () => reset(directory, account.ref, newPassword())]) {
        await expect(call()).rejects.toMatchObject({ code: 'directory.unreachable', details: { fix: expect.stringMatching(/\.$/) } });
      }
      only.proxy.setMode('forward');
      harness().clock.forward(16_000);
      await expect
        .poll(
          () =>
            directory.readAccount(account.ref).then(
              (found) => found?.id,
              () => null,
            ),
          { timeout: 5000 },
        )
        .toBe(account.ref.id);
    });

    it('that are really stopped are found again once they run', async () => {
      const account = await harness().createAccount();
      const directory = open({});
      expect(await directory.readAccount(account.ref)).not.toBeNull();
      await reach().server.halt();
      try {
        await expect(directory.readAccount(account.ref)).rejects.toMatchObject({ code: 'directory.unreachable' });
      } finally {
        await reach().server.restart();
      }
      harness().clock.forward(16_000);
      await expect
        .poll(
          () =>
            directory.readAccount(account.ref).then(
              (found) => found?.id,
              () => null,
            ),
          { timeout: 5000 },
        )
        .toBe(account.ref.id);
    });

    it('that stay silent cost the time limit and no more', async () => {
      const account = await harness().createAccount();
      const only = await proxy();
      const limits = { connectTimeoutMilliseconds: 400, operationTimeoutMilliseconds: 400 };
      const directory = open({ ...urls(only.url), ...limits });
      expect(await directory.readAccount(account.ref)).not.toBeNull();
      only.proxy.setMode('stall');
      const start = performance.now();
      await expect(directory.readAccount(account.ref)).rejects.toMatchObject({ code: expect.stringMatching(/timed-out|unreachable/) });
      await expect(directory.verifyPassword(account.ref, 'x')).rejects.toMatchObject({
        code: expect.stringMatching(/timed-out|unreachable/),
      });
      expect(performance.now() - start).toBeLessThan(4000);
      only.proxy.setMode('forward');
    });

    it('that are frozen are passed over for the next one', async () => {
      const account = await harness().createAccount();
      const silent = await proxy();
      silent.proxy.setMode('stall');
      const directory = open({ ...urls(silent.url, reach().settings.servers[0]?.url ?? ''), connectTimeoutMilliseconds: 300 });
      const start = performance.now();
      expect(await directory.readAccount(account.ref)).not.toBeNull();
      expect(performance.now() - start).toBeLessThan(3000);
      const again = performance.now();
      expect(await directory.readAccount(account.ref)).not.toBeNull();
      expect(performance.now() - again).toBeLessThan(300);
    });
  });

  describe('a lost answer', () => {
    it('never makes a reset untrue, whichever answer it is', async () => {
      const account = await harness().createAccount();
      const { proxy: broken, url } = await proxy();
      const directory = open({ ...urls(url), connections: { read: 2, write: 1 }, retryServerAfterSeconds: 1 });
      let current = account.password;
      let unknown = 0;
      // What TLS sends beside the answers shifts the count now and then: more rounds until the write's own answer was hit.
      for (let round = 0; round < 12 || (unknown === 0 && round < 36); round += 1) {
        await expect
          .poll(() => directory.readAccount(account.ref).then(Boolean, () => harness().clock.forward(2000)), { timeout: 5000 })
          .toBe(true);
        await unlock(directory, account.ref);
        const next = newPassword();
        broken.swallowAnswer((round % 12) + 1);
        const outcome = await reset(directory, account.ref, next).catch((error: { code?: string }) => error.code);
        broken.setMode('forward');
        const isNew = await harness().clientLogin(account, next);
        if (outcome === 'directory.outcome-unknown') {
          unknown += 1;
          // The server had carried it out; only reading can tell.
          expect(isNew || (await harness().clientLogin(account, current))).toBe(true);
        } else if (outcome === 'directory.unreachable' || outcome === 'directory.timed-out') expect(isNew).toBe(false);
        else expect({ outcome, isNew }).toMatchObject({ outcome: done, isNew: true });
        if (isNew) current = next;
      }
      expect(unknown).toBeGreaterThan(0);
    });
  });

  describe('TLS', () => {
    const refused = async (changes: Partial<LdapSettings>, code: string): Promise<void> => {
      const directory = open(changes);
      const error = { code, details: { fix: expect.stringMatching(/^[A-Z].*\.$/) } };
      await expect(directory.findAccounts('anybody')).rejects.toMatchObject(error);
      const { servers, serviceAccount } = await directory.health();
      expect(servers[0]).toMatchObject({ ok: false, problem: expect.any(String), fix: expect.stringMatching(/^[A-Z].*\.$/) });
      expect(serviceAccount.ok).toBe(false);
    };

    it('by an authority that is not known is refused', async () => {
      const folder = await createScratchFolder('other-ca');
      const other = await createCertificateAuthority(join(folder, 'ca'));
      await refused({ tls: { ...reach().settings.tls, ca: other.caPem } }, 'directory.tls-unknown-ca');
      await removeScratchFolder(folder);
    });

    it('for another name is refused, and accepted when the name is told', async () => {
      const { url } = await proxy('127.77.77.77');
      await refused(urls(url), 'directory.tls-wrong-name');
      const directory = open({ ...urls(url), tls: { ...reach().settings.tls, serverName: 'localhost' } });
      expect((await directory.health()).servers[0]?.ok).toBe(true);
    });

    it('with a certificate past its end is refused', async () => {
      const expired = await reach().startExpired();
      try {
        await refused({ ...urls(expired.url), tls: { ...reach().settings.tls, ca: expired.caPem } }, 'directory.tls-expired');
      } finally {
        await expired.stop();
      }
    });

    it('is not left out', async () => {
      await refused(urls(reach().ldapUrl), 'directory.plain-refused');
    });

    it('by StartTLS does all that LDAPS does', async () => {
      const account = await harness().createAccount();
      const directory = open({ ...urls(reach().ldapUrl), tls: { ...reach().settings.tls, startTls: true } });
      const next = newPassword();
      expect(await reset(directory, account.ref, next)).toMatchObject(done);
      expect(await directory.verifyPassword(account.ref, next)).toMatchObject({ valid: true });
      expect(await directory.changePassword(account.ref, next, newPassword())).toMatchObject(done);
    });

    it('is said to be unchecked on the health page, in a trial', async () => {
      const directory = open({
        tls: { ...reach().settings.tls, ca: undefined, verify: 'trial-without-verification' } as LdapSettings['tls'],
      });
      const { servers, notes } = await directory.health();
      expect(servers[0]?.ok).toBe(true);
      expect(notes.map(({ text }) => text).join(' ')).toContain('trial-without-verification');
    });
  });

  describe('the service account', () => {
    it('without the right is told so, and nothing changes', async () => {
      const { readOnlyAccount } = reach();
      const directory = harness().open(
        { serviceAccount: { name: readOnlyAccount.name, password: 'env:READER' } },
        { READER: readOnlyAccount.password },
      );
      const account = through(directory, await harness().createAccount());
      for (const outcome of [
        await reset(directory, account.ref, newPassword()),
        await unlock(directory, account.ref),
        await requireChange(directory, account.ref),
      ]) {
        expect(outcome).toMatchObject({ done: false, refusal: 'account.no-right' });
      }
      expect(await harness().clientLogin(account, account.password)).toBe(true);
    });

    it('cannot reach beyond the places it was given', async () => {
      const account = await harness().createAccount({ outside: true });
      expect(await reset(account.directory, account.ref, newPassword())).toMatchObject({ done: false, refusal: 'account.no-right' });
      expect(await harness().clientLogin(account, account.password)).toBe(true);
      const directory = open({ baseDn: account.dn.replace(/^[^,]+,[^,]+,/, 'ou=people,') });
      expect(await directory.readAccount(account.ref)).toBeNull();
      expect(await reset(directory, account.ref, newPassword())).toMatchObject({ done: false, refusal: 'account.missing' });
    });

    it('with a wrong password is told so and not tried again and again', async () => {
      const directory = harness().open(
        { serviceAccount: { name: reach().settings.serviceAccount.name, password: 'env:WRONG' } },
        { WRONG: 'wrong' },
      );
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await expect(directory.findAccounts('anybody')).rejects.toMatchObject({ code: 'directory.service-account-refused' });
      }
      expect((await directory.health()).serviceAccount.ok).toBe(false);
      // Ten failures would have locked it.
      expect((await open({}).health()).serviceAccount.ok).toBe(true);
    });
  });

  describe('health', () => {
    it('tells that all is well', async () => {
      const report = await harness().directory.health();
      expect(report.servers).toEqual([
        {
          url: reach().settings.servers[0]?.url,
          ok: true,
          skippedUntil: null,
          latency: expect.any(Number),
          certificateEnds: expect.any(Number),
          problem: null,
          fix: null,
        },
      ]);
      expect(report.serviceAccount).toEqual({ ok: true, problem: null, fix: null });
      if (report.clockSkew !== null) expect(Math.abs(report.clockSkew)).toBeLessThan(60_000);
    });
  });
}
