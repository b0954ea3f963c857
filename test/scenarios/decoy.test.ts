import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Goal } from '../../shared/api/journeys.ts';
import { typedNameDigest } from '../../src/core/audit/typed-name.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { HELPDESK_ROLES, newAgent, newCaller, opened } from './helpdesk.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;
const people: Record<string, Enrolled> = {};

/** Everyone whose journey leads nowhere, and one whose does: an outsider must not see who is who (JRN-4). */
const NAMES = ['alice', 'nobody', 'disabled', 'ended', 'protected', 'unenrolled', 'frozen'];
const REASON: Record<string, string> = {
  nobody: 'unknown-account',
  disabled: 'account-disabled',
  ended: 'account-expired',
  protected: 'account-protected',
  unenrolled: 'not-enrolled',
  frozen: 'recovery-frozen',
};

beforeAll(async () => {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp'], ['totp']] }] },
      guard: GENEROUS_LIMITS,
      signIn: { enabled: true },
      roles: HELPDESK_ROLES,
    },
  });
  await addPerson(keyturn, 'alice');
  await addPerson(keyturn, 'disabled', { disabled: true });
  await addPerson(keyturn, 'ended', { expiresAt: 1000 });
  await addPerson(keyturn, 'protected', { groups: [PROTECTED_GROUP] });
  await addPerson(keyturn, 'unenrolled');
  await addPerson(keyturn, 'frozen');
  for (const name of ['alice', 'disabled', 'ended', 'protected', 'frozen']) people[name] = await keyturn.enrol(name);
  const { frozen } = people;
  if (frozen !== undefined) await keyturn.deps.store.freezes.freeze(frozen.account, 'not-me', keyturn.clock.now());
});
afterAll(async () => {
  await keyturn.close();
});

/** What is left of an answer when random ids and times are taken out. */
function visible(client: JourneyClient): string {
  return JSON.stringify(client.step, (key, value: unknown) =>
    key === 'id' && typeof value === 'string' && value.length > 10 ? 'id' : /At$/.test(key) && value !== null ? 'time' : value,
  );
}

/** Walks until the attempts are used up, with wrong codes alone, and keeps all that was seen. */
async function walk(name: string, goal: Goal = 'reset-password'): Promise<string[]> {
  const client = await startJourney(keyturn.url, name, goal);
  const seen = [visible(client)];
  for (const body of [
    { option: 'totp' },
    { code: '000000' },
    // Of a later step, and of a call.
    { number: '1234' },
    { notMine: true },
    { look: true },
    { back: true },
    { option: 'email' },
    { code: '00000000' },
    { code: 'x' },
    { code: '11111111' },
    { code: '22222222' },
    { code: '33333333' },
    { code: '44444444' },
  ]) {
    const reply = await client.answer(body);
    const headers = [...reply.headers.keys()].filter((header) => header !== 'content-length').toSorted();
    seen.push(`${reply.status} ${headers.join()} ${visible(client)}`);
  }
  return seen;
}

describe('a journey that leads nowhere', () => {
  it('shows the same statuses, headers and bodies as one that does', async () => {
    const real = await walk('alice');
    expect(real.at(-1)).toContain('too-many-attempts');
    for (const name of NAMES.slice(1)) expect(await walk(name), name).toEqual(real);
  });

  it('shows no more where the helpdesk is on the telephone: neither whether there is a call, nor about whom', async () => {
    const agent = await newAgent(keyturn);
    const [called, other] = [await newCaller(keyturn), await newCaller(keyturn)];
    await opened(agent, called);
    const real = await walk(called.login, 'confirm-call');
    expect(real.at(-1)).toContain('too-many-attempts');
    for (const name of [other.login, ...NAMES]) expect(await walk(name, 'confirm-call'), name).toEqual(real);
  });

  it('is in the audit log with its reason, which nobody outside learns', async () => {
    const rows = await keyturn.deps.store.audit.read(0, 1000);
    for (const [name, reason] of Object.entries(REASON)) {
      const row = rows.find(
        (candidate) =>
          candidate.type === 'journey.leads-nowhere' &&
          (JSON.parse(candidate.data) as { nameDigest: string }).nameDigest === typedNameDigest(keyturn.deps.keys, name),
      );
      expect(row?.data, name).toContain(reason);
    }
  });

  it('never says in the audit log that a code was sent', async () => {
    const decoy = await startJourney(keyturn.url, 'nobody');
    const real = await startJourney(keyturn.url, 'alice');
    for (const client of [decoy, real]) await client.answer({ option: 'email' });
    const rows = await keyturn.deps.store.audit.read(0, 10_000);
    const about = rows.map(({ type, data }) => ({ type, ...(JSON.parse(data) as { accounts?: unknown[]; reason?: string }) }));
    const sent = about.filter(({ type }) => type === 'journey.code-sent');
    expect(sent.length).toBeGreaterThan(0);
    for (const event of sent) expect(event.accounts).not.toEqual([]);
    expect(about.at(-2)).toMatchObject({ type: 'journey.code-withheld', reason: 'leads-nowhere', accounts: [] });
    expect(about.at(-1)).toMatchObject({ type: 'journey.code-sent' });
  });

  it('never succeeds, even with what would be the right code', async () => {
    for (const name of ['disabled', 'ended', 'protected', 'frozen']) {
      const client = await startJourney(keyturn.url, name);
      await client.answer({ option: 'totp' });
      await client.answer({ code: people[name]?.totp() ?? '' });
      expect(client.at('code').messageTone, name).toBe('error');
    }
  });

  it('sends its owner no code, but word that it cannot be done online', async () => {
    const address = people.protected?.address ?? '';
    await until(() => keyturn.messages(address).length > 0, 'word to the owner');
    for (const message of keyturn.messages(address)) {
      expect(message.subject).toBe('You cannot recover your account online');
      expect(message.text).not.toMatch(/^\d{6,}$/m);
    }
    expect(keyturn.messages('unenrolled@work.example.test')).toEqual([]);
  });
});
