import { afterEach, describe, expect, it } from 'vitest';
import { typedNameDigest } from '../../src/core/audit/typed-name.ts';
import { createGuard } from '../../src/core/guard/guard.ts';
import { request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;

afterEach(async () => {
  await keyturn.close();
});

async function open(
  guard: NonNullable<Parameters<typeof startKeyturn>[0]['configuration']>['guard'] = {},
  factors = {},
): Promise<Enrolled> {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard, factors } });
  await addPerson(keyturn, 'alice');
  return keyturn.enrol('alice');
}
const start = (account = 'alice', goal = 'reset-password') => request(keyturn.url, 'POST', '/journeys', { goal, account });

async function events(type: string): Promise<Record<string, unknown>[]> {
  const rows = await keyturn.deps.store.audit.read(0, 10_000);
  return rows.filter((row) => row.type === type).map((row) => JSON.parse(row.data) as Record<string, unknown>);
}

describe('one caller who is refused', () => {
  it('uses up nothing that the network or everybody shares', async () => {
    const short = { count: 2, windowSeconds: 60 };
    await open({
      startsPerAddress: short,
      startsPerNetwork: { count: 5, windowSeconds: 60 },
      startsOverall: { count: 6, windowSeconds: 60 },
    });
    const countStart = async (address: string) => (await keyturn.deps.guard.countStart(address, [])).decision;
    for (let attempt = 0; attempt < 50; attempt += 1) await countStart('192.0.2.1');
    expect(await countStart('192.0.2.2')).toEqual({ allowed: true });
    for (let host = 10; host < 60; host += 1) await countStart(`192.0.2.${host}`);
    expect(await countStart('198.51.100.1')).toEqual({ allowed: true });
  });

  it('is one caller under all the addresses of an IPv6 network of 64 bits, and under both spellings of IPv4', async () => {
    await open({ strayRequestsPerAddress: { count: 2, windowSeconds: 60 } });
    const { guard } = keyturn.deps;
    await guard.countStray('2001:db8:1:2::1');
    await guard.countStray('2001:db8:1:2:ffff::2%eth0');
    expect(await guard.countStray('2001:db8:1:2:3:4:5:6')).toMatchObject({ allowed: false });
    expect(await guard.countStray('2001:db8:1:3::1')).toEqual({ allowed: true });
    await guard.countStray('192.0.2.7');
    await guard.countStray('::ffff:c000:207');
    expect(await guard.countStray('192.0.2.7:4711')).toMatchObject({ allowed: false });
  });

  it('is in the audit log once for each window', async () => {
    await open({ startsPerAddress: { count: 1, windowSeconds: 60 } });
    for (let attempt = 0; attempt < 5; attempt += 1) await start();
    expect(await events('guard.slowed-down')).toEqual([{ from: '127.0.0.1', limit: 'startsPerAddress' }]);
    keyturn.clock.move(61_000);
    for (let attempt = 0; attempt < 3; attempt += 1) await start();
    expect(await events('guard.slowed-down')).toHaveLength(2);
  });
});

describe('a limit', () => {
  it('is kept by nodes that count at the same moment', async () => {
    await open({ startsPerAddress: { count: 10, windowSeconds: 60 } });
    const other = createGuard(keyturn.deps);
    const decisions = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const { decision } = await (index % 2 === 0 ? keyturn.deps.guard : other).countStart('192.0.2.1', []);
        return decision;
      }),
    );
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(10);
  });
});

/** A choice at the beginning, so that there is something to go back to. */
const BOTH_FIRST: NonNullable<Parameters<typeof startKeyturn>[0]['configuration']> = {
  recovery: { rules: [{ name: 'everybody', accepted: [['email', 'totp'], ['totp']] }] },
};

describe('going back and asking again', () => {
  it('sends no code before its time', async () => {
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { ...BOTH_FIRST, factors: { email: { lifetimeSeconds: 60, resendWaitSeconds: 300 } } },
    });
    await addPerson(keyturn, 'alice');
    const alice = await keyturn.enrol('alice');
    const client = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    await keyturn.waitForMessage(alice.address);
    keyturn.clock.move(61_000);
    await client.answer({ back: true });
    await client.answer({ option: 'email' });
    expect(client.at('code')).toMatchObject({ messageTone: 'error', message: 'That code has expired. Ask for another one.' });
    expect(await events('journey.code-sent')).toHaveLength(1);
    keyturn.clock.move(240_000);
    await client.answer({ resend: true });
    expect(await events('journey.code-sent')).toHaveLength(2);
  });

  it('sends no more codes than one recovery may', async () => {
    keyturn = await startKeyturn({
      directories: [embeddedSection()],
      configuration: { ...BOTH_FIRST, factors: { email: { lifetimeSeconds: 60, resendWaitSeconds: 10 } } },
    });
    await addPerson(keyturn, 'alice');
    await keyturn.enrol('alice');
    const client = await startJourney(keyturn.url, 'alice');
    for (let round = 0; round < 7; round += 1) {
      await client.answer({ option: 'email' });
      keyturn.clock.move(61_000);
      await client.answer({ back: true });
    }
    expect(await events('journey.code-sent')).toHaveLength(4);
    await client.answer({ option: 'email' });
    await client.answer({ code: '12345678' });
    expect(client.at('refused').code).toBe('journey.code-expired');
  });
});

describe('asking for a user name', () => {
  it('is in the audit log, whether it finds somebody or not', async () => {
    const alice = await open({ messagesPerAccount: { count: 1, countWithWork: 1 } });
    await start('alice', 'find-username');
    await keyturn.waitForMessage(alice.address);
    await start('alice', 'find-username');
    await start('nobody', 'find-username');
    await until(async () => (await events('journey.leads-nowhere')).length === 2, 'two journeys that lead nowhere');
    expect(await events('journey.user-name-mailed')).toMatchObject([
      { nameDigest: typedNameDigest(keyturn.deps.keys, 'Alice '), accounts: [alice.account] },
    ]);
    expect(await events('journey.leads-nowhere')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          nameDigest: typedNameDigest(keyturn.deps.keys, 'alice'),
          goal: 'find-username',
          reasons: [{ account: alice.account, reason: 'too-many-messages' }],
        }),
        expect.objectContaining({ goal: 'find-username', reasons: [{ account: null, reason: 'unknown-account' }] }),
      ]),
    );
    expect(keyturn.messages()).toHaveLength(1);
  });
});
