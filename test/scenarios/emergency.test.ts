import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { CreationOptions, RequestOptions } from '../../shared/api/web-authn.ts';
import { PERSON_PERMISSIONS, STANDING_PERMISSIONS } from '../../shared/permissions.ts';
import { makeEmergencyLink, readEmergencies, retireEmergencies } from '../../src/core/access/emergency.ts';
import { createSoftPasskey, type Oddity, type SoftPasskey } from '../servers/soft-passkey.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { inSession, type SessionReply, signIn } from './sign-in-client.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const ALARM = 'alarm@example.test';
const MINUTE = 60_000;

const configuration = {
  guard: GENEROUS_LIMITS,
  organisation: { name: 'Test', publicUrl: ORIGIN, alarmAddress: ALARM },
  // What an operator does when sign-in itself is in doubt: an emergency does not rest on it.
  signIn: { enabled: false },
};

const make = async ({ deps }: Keyturn, reason = 'all groups are gone', lifetime = 15 * MINUTE): Promise<string> => {
  const { address } = await makeEmergencyLink(deps, { author: 'root', reason, lifetime });
  expect(address).toMatch(/^http:\/\/localhost\/admin#[\w-]{43}$/);
  return address.split('#')[1] ?? '';
};
const open = ({ url }: Keyturn, secret: string) => request(url, 'POST', '/emergency', { secret }) as unknown as Promise<SessionReply>;
const call = ({ url }: Keyturn, token: string, method: string, path: string, body?: unknown) => inSession(url, token, method, path, body);

async function enter(keyturn: Keyturn): Promise<{ token: string; secret: string }> {
  const secret = await make(keyturn);
  const { status, body } = await open(keyturn, secret);
  expect(status).toBe(201);
  expect(body.session).toMatchObject({ rights: 'emergency', login: 'emergency administration' });
  return { token: body.token ?? '', secret };
}
async function addPasskey(keyturn: Keyturn, token: string, odd: Oddity = {}, passkey = createSoftPasskey(ORIGIN)) {
  const options = await call(keyturn, token, 'POST', '/emergency/passkey-options', {});
  if (options.status !== 201) return { passkey, reply: options };
  const reply = await call(keyturn, token, 'POST', '/emergency/passkeys', {
    credential: passkey.make(options.body.publicKey as CreationOptions, odd),
  });
  return { passkey, reply };
}
async function enterWithPasskey(keyturn: Keyturn): Promise<{ token: string; passkey: SoftPasskey }> {
  const { token } = await enter(keyturn);
  const { passkey, reply } = await addPasskey(keyturn, token);
  expect(reply.status).toBe(204);
  return { token, passkey };
}
async function comeBack(keyturn: Keyturn, passkey: SoftPasskey, odd: Oddity = {}) {
  const { body } = await request(keyturn.url, 'GET', '/passkey-request');
  const { ticket, publicKey } = body as unknown as { ticket: string; publicKey: RequestOptions };
  const asked = { ticket, credential: passkey.use(publicKey, odd) };
  return { asked, reply: (await request(keyturn.url, 'POST', '/emergency/return', asked)) as unknown as SessionReply };
}
const codeOf = async (reply: Promise<SessionReply>): Promise<unknown> => {
  const { status, body } = await reply;
  return body.code ?? status;
};
const eventsOf = async ({ deps }: Keyturn, type: string) =>
  (await deps.store.audit.read(0, 100_000))
    .filter((event) => event.type === type)
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);

describeEachEngine('an emergency, on %s', (engine) => {
  let keyturn: Keyturn;
  let second: Keyturn;
  beforeAll(async () => {
    const key = new Uint8Array(randomBytes(32));
    const options = { directories: [embeddedSection()], key, configuration };
    keyturn = await engine.start(options);
    second = await engine.startAnother();
  });

  it('is opened by its link once, whoever tries and at whichever node', async () => {
    const secret = await make(keyturn);
    const replies = await Promise.all(Array.from({ length: 8 }, (_, nth) => open(nth % 2 === 0 ? keyturn : second, secret)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 410, 410, 410, 410, 410, 410, 410]);
    expect(await codeOf(open(keyturn, secret))).toBe('emergency.link-invalid');
    const refused = (await eventsOf(keyturn, 'emergency.refused')).filter(({ problem }) => problem === 'emergency.link-invalid');
    expect(refused.length).toBeGreaterThanOrEqual(8);
    expect(await codeOf(open(keyturn, randomBytes(32).toString('base64url')))).toBe('emergency.link-invalid');
  });

  it('waits for some minutes, and is replaced by the next one', async () => {
    const late = await make(keyturn, 'late', 2 * MINUTE);
    keyturn.clock.move(2 * MINUTE);
    expect(await codeOf(open(keyturn, late))).toBe('emergency.link-invalid');
    const [first, next] = [await make(keyturn), await make(keyturn)];
    expect(await codeOf(open(keyturn, first))).toBe('emergency.link-invalid');
    expect((await open(keyturn, next)).status).toBe(201);
  });

  it('does nothing before a passkey, and nothing that is somebody’s own at all', async () => {
    const { token } = await enter(keyturn);
    expect((await call(keyturn, token, 'GET', '/admin')).body).toMatchObject({ may: [], session: 'passkey-needed' });
    for (const path of ['/admin/configuration', '/history'])
      expect(await codeOf(call(keyturn, token, 'GET', path))).toBe('emergency.passkey-needed');
    expect(await codeOf(call(keyturn, token, 'POST', '/admin/explain', { account: { name: 'x' } }))).toBe('emergency.passkey-needed');
    // Every one of them is walked in needs-of-calls.test.ts.
    expect(await codeOf(call(keyturn, token, 'GET', '/me'))).toBe('session.of-an-emergency');
    const { reply } = await addPasskey(keyturn, token, { origin: 'http://evil.test' });
    expect(reply.body.code).toBe('passkey.wrong-site');
    expect(await codeOf(call(keyturn, token, 'GET', '/history'))).toBe('emergency.passkey-needed');
  });

  it('administers with its passkey, comes back by it, and signs out', async () => {
    const { token, passkey } = await enterWithPasskey(keyturn);
    expect((await addPasskey(keyturn, token)).reply.body.code).toBe('passkey.present');
    const overview = await call(keyturn, token, 'GET', '/admin');
    expect(overview.body).toMatchObject({
      may: ['manage-configuration', 'manage-roles', 'view-history'],
      session: 'emergency',
      emergencies: expect.arrayContaining([expect.objectContaining({ author: 'root', reason: 'all groups are gone' })]),
    });
    expect((await call(keyturn, token, 'GET', '/admin/configuration')).body).toMatchObject({ version: 1, document: { version: 1 } });
    await addPerson(keyturn, `frida-${engine.name}`);
    const told = await call(keyturn, token, 'POST', '/admin/explain', { account: { name: `frida-${engine.name}` } });
    expect(told.body).toMatchObject({ account: { login: `frida-${engine.name}` }, protected: false, roles: [], target: null });
    expect(await codeOf(call(keyturn, token, 'POST', '/admin/explain', { account: { name: 'nobody-at-all' } }))).toBe(
      'access.nobody-found',
    );
    const history = (await call(keyturn, token, 'GET', '/history')).body.events as { seq: number; type: string }[];
    expect(history.map(({ type }) => type)).toContain('emergency.passkey-made');
    const older = (await call(keyturn, token, 'GET', `/history?cursor=${history[2]?.seq}`)).body.events as { seq: number }[];
    expect(older[0]?.seq).toBe((history[2]?.seq ?? 0) - 1);

    keyturn.clock.move(14 * MINUTE);
    await call(keyturn, token, 'GET', '/session');
    keyturn.clock.move(14 * MINUTE);
    await call(keyturn, token, 'GET', '/session');
    keyturn.clock.move(3 * MINUTE);
    expect(await codeOf(call(keyturn, token, 'GET', '/admin'))).toBe('session.ended');
    const { asked, reply } = await comeBack(keyturn, passkey);
    expect(reply.status).toBe(201);
    const again = reply.body.token ?? '';
    expect((await call(second, again, 'GET', '/admin')).body).toMatchObject({ session: 'emergency' });
    expect(await codeOf(request(keyturn.url, 'POST', '/emergency/return', asked) as unknown as Promise<SessionReply>)).toBe(
      'passkey.out-of-date',
    );
    expect((await call(keyturn, again, 'DELETE', '/session')).status).toBe(204);
    expect(await codeOf(call(keyturn, again, 'GET', '/admin'))).toBe('session.ended');
  });

  it('is in use until it is retired, and then lets nobody in', async () => {
    const { token, passkey } = await enterWithPasskey(keyturn);
    const waiting = await make(keyturn);
    expect((await readEmergencies(keyturn.deps)).length).toBeGreaterThan(1);
    expect(await retireEmergencies(second.deps, 'operator')).toBeGreaterThan(1);
    expect(await readEmergencies(keyturn.deps)).toEqual([]);
    expect(await codeOf(call(keyturn, token, 'GET', '/admin'))).toBe('session.ended');
    expect(await codeOf(open(keyturn, waiting))).toBe('emergency.link-invalid');
    expect((await comeBack(keyturn, passkey)).reply.body.code).toBe('passkey.unknown');
    expect(await retireEmergencies(keyturn.deps, 'operator')).toBe(0);
  });

  it('leaves nobody in, whatever is opened, made and come back to while it is retired', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { token, passkey } = await enterWithPasskey(keyturn);
      const { token: early } = await enter(keyturn);
      const secret = await make(keyturn);
      const busy = [
        open(second, secret),
        comeBack(second, passkey).then(({ reply }) => reply),
        addPasskey(second, early).then(({ reply }) => reply),
      ];
      await retireEmergencies(keyturn.deps, 'operator');
      const tokens = (await Promise.all(busy)).flatMap(({ body }) => (body?.token === undefined ? [] : [body.token]));
      for (const each of [token, early, ...tokens]) expect(await codeOf(call(second, each, 'GET', '/admin'))).toBe('session.ended');
      expect((await comeBack(keyturn, passkey)).reply.body.code).toBe('passkey.unknown');
      expect(await codeOf(open(keyturn, secret))).toBe('emergency.link-invalid');
    }
  });

  it('ends with a passkey of which there is a copy', async () => {
    const { token, passkey } = await enterWithPasskey(keyturn);
    const copy = passkey.clone();
    expect((await comeBack(keyturn, passkey)).reply.status).toBe(201);
    expect((await comeBack(keyturn, copy)).reply.body.code).toBe('passkey.unknown');
    expect(await codeOf(call(keyturn, token, 'GET', '/admin'))).toBe('session.ended');
    expect((await comeBack(keyturn, passkey)).reply.body.code).toBe('passkey.unknown');
    expect(await eventsOf(keyturn, 'emergency.retired')).toContainEqual(expect.objectContaining({ because: 'passkey-cloned' }));
  });

  it('takes no passkey of another, nor an answer that is none to what was asked', async () => {
    const { passkey } = await enterWithPasskey(keyturn);
    const strange: [SoftPasskey, Oddity, string][] = [
      [createSoftPasskey(ORIGIN), { userHandle: randomBytes(16).toString('base64url') }, 'passkey.unknown'],
      [passkey, { userHandle: randomBytes(16).toString('base64url') }, 'passkey.unknown'],
      [passkey, { challenge: randomBytes(32).toString('base64url') }, 'passkey.out-of-date'],
      [passkey, { origin: 'http://localhost.evil.test' }, 'passkey.wrong-site'],
      [passkey, { flags: 0x01 }, 'passkey.user-not-verified'],
    ];
    for (const [given, odd, code] of strange) expect((await comeBack(keyturn, given, odd)).reply.body.code).toBe(code);
    expect((await comeBack(keyturn, passkey)).reply.status).toBe(201);
  });

  it('is told to whom the configuration names, is in the audit log, and gives its secrets away nowhere', async () => {
    const { token, secret } = await enter(keyturn);
    await retireEmergencies(keyturn.deps, 'operator');
    const subjects = () => keyturn.messages(ALARM).map(({ subject }) => subject);
    for (const what of [
      'A link for emergency administration was made',
      'Emergency administration is in use',
      'Emergency administration has ended',
    ])
      await until(() => subjects().includes(what), what);
    for (const type of ['emergency.link-made', 'emergency.opened', 'emergency.retired'])
      expect((await eventsOf(keyturn, type)).length).toBeGreaterThan(0);
    expect(await eventsOf(keyturn, 'emergency.opened')).toContainEqual(
      expect.objectContaining({ actor: expect.objectContaining({ kind: 'emergency', address: '127.0.0.1' }) }),
    );
    const everything = JSON.stringify([await keyturn.deps.store.audit.read(0, 100_000), keyturn.logLines, keyturn.messages()]);
    for (const value of [token, secret]) expect(everything).not.toContain(value);
  });
});

it('is limited by address where a link is guessed', async () => {
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { ...configuration, guard: { strayRequestsPerAddress: { count: 3, windowSeconds: 600 } } },
  });
  try {
    const statuses: number[] = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await open(keyturn, randomBytes(32).toString('base64url'))).status);
    expect(statuses).toEqual([410, 410, 410, 429, 429]);
    // Who has the right one is not held up by who guesses.
    expect((await open(keyturn, await make(keyturn))).status).toBe(201);
  } finally {
    await keyturn.close();
  }
});

it('is not needed by who has a role, which is asked for with each act', async () => {
  const roles = [
    { name: 'auditors', may: ['view-history' as const], heldBy: { accounts: ['carol'] } },
    { name: 'admins', may: ['manage-roles' as const, 'manage-configuration' as const], heldBy: { groups: ['Admins'] } },
  ];
  const keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles },
  });
  try {
    await addPerson(keyturn, 'carol');
    await addPerson(keyturn, 'erik', { groups: ['Admins'] });
    await addPerson(keyturn, 'alice');
    const enrolled = async (login: string) => signIn(keyturn, login, await keyturn.enrol(login));
    const [carol, erik, alice] = [await enrolled('carol'), await enrolled('erik'), await enrolled('alice')];
    const codes = (who: typeof carol) =>
      Promise.all(['/admin', '/history', '/admin/configuration'].map((path) => codeOf(who.call('GET', path))));
    expect(await codes(carol)).toEqual([200, 200, 'access.management-refused']);
    expect(await codes(erik)).toEqual([200, 'access.management-refused', 200]);
    expect(await codes(alice)).toEqual(['access.management-refused', 'access.management-refused', 'access.management-refused']);
    expect((await carol.call('GET', '/admin')).body).toMatchObject({ may: ['view-history'], session: 'role', emergencies: [] });
    const told = await erik.call('POST', '/admin/explain', { account: { name: 'carol' }, target: { name: 'alice' } });
    expect(told.body).toMatchObject({
      roles: [
        { name: 'auditors', held: true, ways: [{ what: 'account', name: 'carol', verdict: true }] },
        { name: 'admins', held: false, ways: [{ what: 'group', name: 'Admins', verdict: false }] },
      ],
      target: {
        decisions: [...PERSON_PERMISSIONS, ...STANDING_PERMISSIONS].map((action) => ({ action, allowed: false, because: 'no-role' })),
      },
    });
    expect(await eventsOf(keyturn, 'access.management-refused')).toContainEqual(
      expect.objectContaining({
        action: 'view-history',
        reason: 'no-role',
        actor: expect.objectContaining({ kind: 'delegate', login: 'erik' }),
      }),
    );
    const [account] = await keyturn.deps.directories.get('people').findAccounts('erik');
    const row = await keyturn.deps.store.embedded.find('people', account?.id ?? '');
    if (row === null) throw new Error('gone');
    await keyturn.deps.store.embedded.update({ ...row, groups: [] });
    expect(await codeOf(erik.call('GET', '/admin/configuration'))).toBe('session.ended');
  } finally {
    await keyturn.close();
  }
});
