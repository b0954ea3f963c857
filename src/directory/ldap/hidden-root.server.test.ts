import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpener, ldapSettings } from '../../../test/conformance/harness-ldap.ts';
import { createMovableClock, newLogin, newPassword } from '../../../test/conformance/samples.ts';
import { reset } from '../../../test/conformance/write.ts';
import { type Ds389Server, startDs389 } from '../../../test/servers/ds389.ts';
import { type SlapdOptions, type SlapdServer, startSlapd } from '../../../test/servers/slapd.ts';
import type { Directory } from '../../core/ports/directory.ts';

const clock = createMovableClock();
const shortPassword = 'Ab1!xyz';

let closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

async function serverWith(options: SlapdOptions): Promise<SlapdServer> {
  const server = await startSlapd({ hashCleartext: false, ...options });
  closers.push(() => server.stop());
  return server;
}

function openOn(server: SlapdServer | Ds389Server, kind: 'openldap' | '389ds' | 'ldap', changes: Record<string, unknown> = {}): Directory {
  const opener = createOpener(clock, server);
  closers.push(() => opener.close());
  return opener.open(ldapSettings(kind, server, { ...(kind === 'ldap' ? { disabledPeople: 'not-told' } : {}), ...changes }));
}

async function personOn(server: SlapdServer | Ds389Server, directory: Directory) {
  const login = newLogin();
  const password = newPassword();
  const { dn } = await server.createUser({ login, password, surname: login });
  const [account] = await directory.findAccounts(login);
  if (account === undefined) throw new Error(`${login} is not found`);
  return { ref: { directory: account.directory, id: account.id }, login, dn, password };
}

/** Every stored userPassword, decoded. */
async function storedPasswords(server: SlapdServer, dn: string): Promise<string[]> {
  const entry = (await server.dump()).split('\n\n').find((block) => block.includes(`dn: ${dn}\n`)) ?? '';
  return [...entry.matchAll(/^(?:userPassword|pwdHistory):(:?) (.*)$/gm)].map(([, encoded, value = '']) =>
    encoded === ':' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
}

describe('a server that shows its root DSE to nobody who has not signed in', () => {
  it.each(['require authc', 'require bind'])('slapd with %s: reasons are told, and no password is stored in clear', async (line) => {
    const server = await serverWith({ globalLines: [line] });
    for (const kind of ['openldap', 'ldap'] as const) {
      const directory = openOn(server, kind);
      const person = await personOn(server, directory);
      expect(await reset(directory, person.ref, shortPassword)).toMatchObject({ refusal: 'password.too-short' });
      const next = newPassword();
      expect(await reset(directory, person.ref, next)).toMatchObject({ done: true });
      expect(await server.canBind(person.dn, next)).toBe(true);
      const stored = await storedPasswords(server, person.dn);
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.filter((value) => value.includes(next))).toEqual([]);
      // On a connection of the person's own, where nobody has signed in before.
      expect(await directory.changePassword(person.ref, next, shortPassword)).toMatchObject({ refusal: 'password.too-short' });
      const notes = (await directory.health()).notes.map(({ text }) => text).join('\n');
      expect(notes).not.toMatch(/not loaded|does not offer/);
    }
  });

  it('389 DS without anonymous access: the reason is told, and never "the same as now"', async () => {
    const server = await startDs389();
    closers.push(() => server.stop());
    await server.modify('cn=config', { 'nsslapd-allow-anonymous-access': 'off' });
    const directory = openOn(server, '389ds');
    const person = await personOn(server, directory);
    expect(await reset(directory, person.ref, shortPassword)).toMatchObject({ refusal: 'password.too-short' });
    expect(await directory.changePassword(person.ref, person.password, shortPassword)).toMatchObject({ refusal: 'password.too-short' });
    expect((await directory.health()).notes.map(({ text }) => text).join('\n')).not.toContain('does not offer');
  });
});

describe('a server that hides what it offers from the service account too', () => {
  it.each(['openldap', 'ldap'] as const)('is an error of its own for kind %s, with a fix, and nothing is written', async (kind) => {
    const server = await serverWith({ globalLines: ['access to dn.base="" by * none'] });
    const directory = openOn(server, kind);
    const { dn } = await server.createUser({ login: 'hidden', password: newPassword() });
    const before = await storedPasswords(server, dn);
    await expect(directory.findAccounts('hidden')).rejects.toMatchObject({
      code: 'directory.root-hidden',
      details: { fix: expect.any(String) },
    });
    const health = await directory.health({ rights: true });
    expect(health.servers).toMatchObject([
      { ok: false, problem: expect.stringContaining('root DSE'), fix: expect.stringContaining('empty DN') },
    ]);
    expect(health.notes.map(({ text }) => text).join('\n')).not.toMatch(/not loaded|does not offer/);
    expect(await storedPasswords(server, dn)).toEqual(before);
  });
});

describe('kind ldap on a server that does not offer RFC 3062', () => {
  let server: SlapdServer;
  beforeAll(async () => {
    server = await serverWith({ globalLines: ['access to dn.base="" attrs=supportedExtension by * none'] });
  });

  it('writes nothing, and doctor says which line to change', async () => {
    const directory = openOn(server, 'ldap');
    const person = await personOn(server, directory);
    const before = await storedPasswords(server, person.dn);
    await expect(reset(directory, person.ref, newPassword())).rejects.toMatchObject({
      code: 'directory.no-right',
      details: { fix: expect.stringContaining('passwordWrite') },
    });
    await expect(directory.changePassword(person.ref, person.password, newPassword())).rejects.toMatchObject({
      code: 'directory.no-right',
    });
    expect(await storedPasswords(server, person.dn)).toEqual(before);
    const health = await directory.health({ rights: true });
    expect(health.rights.find(({ verb }) => verb === 'reset-password')).toMatchObject({
      ok: false,
      fix: expect.stringContaining('passwordWrite'),
    });
  });

  it('writes the text where the configuration says so, but nothing that looks like a hash', async () => {
    const directory = openOn(server, 'ldap', { passwordWrite: 'user-password-as-text' });
    const person = await personOn(server, directory);
    const next = newPassword();
    expect(await reset(directory, person.ref, `{CLEARTEXT}${next}`)).toMatchObject({ refusal: 'password.quality' });
    expect(await reset(directory, person.ref, next)).toMatchObject({ done: true });
    expect(await server.canBind(person.dn, next)).toBe(true);
    expect((await directory.health()).notes.map(({ text }) => text).join('\n')).toContain('in clear');
  });
});
