import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { type AccessWorld, ADDRESS, openAccessWorld } from '../../../test/access-world.ts';
import type { EmergencyRow } from '../ports/emergency-store.ts';
import type { SessionRow } from '../ports/session-store.ts';
import {
  emergencyAccount,
  enter,
  makeEmergencyLink,
  openEmergency,
  readEmergencies,
  refusedInTheLog,
  retireEmergencies,
  retireOne,
} from './emergency.ts';

const LIFETIME = 900_000;
const MINUTE = 60_000;
const OPERATOR = { kind: 'operator', client: 'cli' } as const;
let world: AccessWorld;
beforeAll(async () => {
  world = await openAccessWorld();
});
afterAll(() => world.store.close());
beforeEach(async () => {
  world.configure({ organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test//', alarmAddress: 'alarm@example.test' } });
  world.clock.advance(86_400_000);
  world.woken.length = 0;
  world.logged.length = 0;
  await mails();
  logEnd = (await world.events()).length;
});
afterEach(async () => {
  await retireEmergencies(world.deps(), 'after');
});

let logEnd = 0;
const events = async () => (await world.events()).slice(logEnd);
/** What was sent since one last looked. */
const mails = async () => (await world.mails()).map(({ to, subject }) => `${to} ${subject}`);
/** The newest of them, in whole. */
const newestMail = async () => JSON.stringify((await world.mails()).at(-1));
const make = (changes: Partial<Parameters<typeof makeEmergencyLink>[1]> = {}) =>
  makeEmergencyLink(world.deps(), { author: 'root', reason: 'nobody gets in', lifetime: LIFETIME, ...changes });
const secretOf = ({ address }: { address: string }) => address.split('#')[1] ?? '';
const open = (secret: string, language?: string) => openEmergency(world.deps(language === undefined ? {} : { language }), secret, 'web');
const current = async () => (await readEmergencies(world.deps()))[0];
const rowOf = async (id: string) => (await world.store.emergencies.find(id)) as EmergencyRow;
const madeRow = async () => {
  await make();
  return rowOf(((await current()) as { id: string }).id);
};
const sessionOf = async (token: string) =>
  (await world.store.sessions.findByToken(world.deps().keys.digest('session-token', token))) as SessionRow;
const actor = (id: string) => ({ kind: 'emergency', account: `:emergency/${id}`, address: ADDRESS, client: 'web' });

describe('the link of an emergency', () => {
  it('is made with its event, told to whom the configuration names, and of its secret a digest alone is kept', async () => {
    const made = await make();
    const expiresAt = world.clock.now() + LIFETIME;
    expect(made).toEqual({ address: expect.stringMatching(/^https:\/\/keyturn\.example\.test\/admin#[\w-]{40,}$/), expiresAt });
    const emergency = await current();
    const { id } = emergency as NonNullable<typeof emergency>;
    expect(emergency).toEqual({
      ...{ id, author: 'root', reason: 'nobody gets in', madeAt: world.clock.now(), openedAt: null, expiresAt, hasPasskey: false },
    });
    expect(await events()).toEqual([
      { type: 'emergency.link-made', id, actor: OPERATOR, author: 'root', reason: 'nobody gets in', expiresAt },
    ]);
    expect((await rowOf(id)).linkDigest).toBe(world.deps().keys.digest('emergency-link', secretOf(made)));
    expect(await mails()).toEqual([expect.stringMatching(/^alarm@example\.test .*emergency/i)]);
  });

  it('is told with who made it, and why', async () => {
    world.configure({
      organisation: { name: 'Oak & Sons', publicUrl: 'https://keyturn.example.test', alarmAddress: 'alarm@example.test' },
    });
    await make({ author: 'olivia', reason: 'the directory is down' });
    const mail = await newestMail();
    for (const told of ['olivia', 'the directory is down', 'Oak & Sons', '2026']) expect(mail).toContain(told);
  });

  it('is told to nobody where nobody is named', async () => {
    world.configure({ organisation: { name: 'Test', publicUrl: 'https://keyturn.example.test' } });
    expect((await make()).address).toContain('https://keyturn.example.test/admin#');
    expect(await mails()).toEqual([]);
  });

  it('takes the place of one that waits, and leaves one that is open', async () => {
    const first = await make();
    const { id } = (await current()) as { id: string };
    await open(secretOf(first));
    world.clock.advance(1000);
    const waiting = await make();
    const replaced = ((await current()) as { id: string }).id;
    const newest = await make({ author: 'second' });
    await expect(open(secretOf(waiting))).rejects.toMatchObject({ code: 'emergency.link-invalid' });
    expect((await readEmergencies(world.deps())).map((each) => each.author)).toEqual(['second', 'root']);
    expect((await rowOf(id)).retiredAt).toBeNull();
    expect((await events()).filter(({ type }) => type === 'emergency.retired')).toEqual([
      { type: 'emergency.retired', id: replaced, actor: OPERATOR, author: 'second', because: 'replaced' },
    ]);
    await expect(open(secretOf(newest))).resolves.toBeDefined();
  });

  it('lets in once, for half an hour, without any proof, and says so', async () => {
    const made = await make();
    await mails();
    const { id } = (await current()) as { id: string };
    const { token, session } = await open(secretOf(made));
    const row = await sessionOf(token);
    const at = world.clock.now();
    expect(row).toMatchObject({
      directory: ':emergency',
      accountId: id,
      rights: 'emergency',
      createdAt: at,
      seenAt: at,
      endsAt: at + 30 * MINUTE,
    });
    expect(session).toMatchObject({ account: emergencyAccount(id), proofs: [], address: ADDRESS, client: 'web', language: 'en' });
    expect(session.login).not.toBe('');
    expect([(await rowOf(id)).openedAt, row.roles]).toEqual([at, []]);
    expect((await events()).at(-1)).toEqual({ type: 'emergency.opened', id, session: session.id, actor: actor(id) });
    expect(await mails()).toHaveLength(1);
    expect(world.woken).toEqual(['notice']);
    expect(world.logged).toEqual([{ event: 'emergency.in-use', fields: { emergency: id } }]);
    await expect(open(secretOf(made))).rejects.toMatchObject({ code: 'emergency.link-invalid' });
    expect((await events()).at(-1)).toEqual({ type: 'emergency.refused', id, actor: actor(id), problem: 'emergency.link-invalid' });
  });

  it('opens in the language of the page', async () => {
    expect((await open(secretOf(await make()), 'de')).session.language).toBe('de');
  });

  it('is good until its time is over', async () => {
    const made = await make();
    world.clock.advance(LIFETIME - 1);
    await expect(open(secretOf(made))).resolves.toBeDefined();
    const late = await make();
    world.clock.advance(LIFETIME);
    await expect(open(secretOf(late))).rejects.toMatchObject({ code: 'emergency.link-invalid' });
  });

  it('that never was is not in the log', async () => {
    await expect(open('guess')).rejects.toMatchObject({ code: 'emergency.link-invalid' });
    expect(await events()).toEqual([]);
  });

  it('is opened for one of two who come at once', async () => {
    const made = await make();
    const both = await Promise.allSettled([open(secretOf(made)), open(secretOf(made))]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('an emergency', () => {
  it('is told with whether there is a passkey', async () => {
    await make();
    const { id } = (await current()) as { id: string };
    const row = await rowOf(id);
    const facts = { author: 'root', reason: 'r', passkey: { kept: {}, signCount: 0 } };
    await world.store.emergencies.change(row, { credential: 'c', facts: JSON.stringify(facts) });
    expect(await current()).toMatchObject({ id, reason: 'r', hasPasskey: true });
  });

  it('is entered only where the right to it is spent', async () => {
    const emergency = await madeRow();
    const spend = () => Promise.reject(new AppError('passkey.unknown'));
    const how = { client: 'web', proofs: [], type: 'emergency.signed-in' } as const;
    await expect(enter(world.deps(), emergency, how, spend)).rejects.toMatchObject({ code: 'passkey.unknown' });
    expect([world.woken, (await events()).filter(({ type }) => type === 'emergency.signed-in')]).toEqual([[], []]);
    const proofs = [{ kind: 'passkey' as const, at: 5 }];
    const { session } = await enter(world.deps(), emergency, { ...how, proofs }, () => Promise.resolve());
    expect(session.proofs).toEqual(proofs);
  });

  it('tells the log of a refusal, and of no fault of the program', async () => {
    const emergency = await madeRow();
    const before = (await events()).length;
    const failing = (error: Error) => refusedInTheLog(world.deps(), emergency, 'web', () => Promise.reject(error));
    await expect(failing(new TypeError('a fault'))).rejects.toThrow(TypeError);
    expect((await events()).length).toBe(before);
    await expect(failing(new AppError('passkey.unknown'))).rejects.toMatchObject({ code: 'passkey.unknown' });
    expect((await events()).at(-1)).toMatchObject({ type: 'emergency.refused', problem: 'passkey.unknown' });
    expect(await refusedInTheLog(world.deps(), emergency, 'web', () => Promise.resolve('done'))).toBe('done');
  });

  it('ends with its passkey and its sessions, each once, and whoever is to know is told', async () => {
    const [first] = [await make()];
    const opened = await open(secretOf(first));
    const { id } = (await current()) as { id: string };
    await world.store.emergencies.change(await rowOf(id), { credential: 'c' });
    await make();
    await mails();
    logEnd = (await world.events()).length;
    expect(await retireEmergencies(world.deps(), 'second')).toBe(2);
    expect(await readEmergencies(world.deps())).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ retiredAt: expect.any(Number), credential: null });
    expect(await sessionOf(opened.token)).toMatchObject({ endedBecause: 'emergency-retired' });
    const told = await events();
    expect(told.filter(({ type }) => type === 'emergency.retired').map(({ actor: by, author, because }) => [by, author, because])).toEqual([
      [OPERATOR, 'second', 'retired'],
      [OPERATOR, 'second', 'retired'],
    ]);
    expect(told.filter(({ type }) => type === 'session.all-ended')).toEqual([
      { type: 'session.all-ended', account: emergencyAccount(id), because: 'emergency-retired', actor: OPERATOR, count: 1 },
    ]);
    expect(await mails()).toHaveLength(2);
    expect(await retireEmergencies(world.deps(), 'third')).toBe(0);
  });

  it('that is over, or never was, ends nothing a second time', async () => {
    await open(secretOf(await make()));
    const { id } = (await current()) as { id: string };
    await retireEmergencies(world.deps(), 'first');
    await mails();
    const { retiredAt } = await rowOf(id);
    const retired = { actor: OPERATOR, author: 'x', because: 'retired' } as const;
    await world.store.transaction((store) => retireOne(world.deps(), store, id, retired));
    await world.store.transaction((store) => retireOne(world.deps(), store, 'none', retired));
    expect(await mails()).toEqual([]);
    expect((await rowOf(id)).retiredAt).toBe(retiredAt);
  });
});
