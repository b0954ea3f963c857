import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import type { JourneyClient } from '../scenarios/journey-client.ts';
import { type Keyturn, startKeyturn, until } from '../scenarios/start-keyturn.ts';
import { ONE_PROOF, settle, walkToPassword, writeEvents } from './recovery.ts';
import { type Proxied, startTwoSlapd, type TwoPerson, type TwoSlapd } from './two-slapd.ts';

/** How many disturbed journeys a run plays. */
const RUNS = process.env.KEYTURN_LONG === '1' ? 150 : 12;

const impatient = { connectTimeoutMilliseconds: 600, operationTimeoutMilliseconds: 800, retryServerAfterSeconds: 1 };

interface Fault {
  readonly where: 'provider' | 'replica' | 'both';
  /**
   * `lose`: the answer with this number is lost, the request done. `late`: nothing passes, and what was held arrives after Keyturn gave
   * up. `drop`: nothing passes, and what was held is lost. `cut`: connections are reset. `kill`: the server dies.
   */
  readonly how: { kind: 'lose'; answer: number } | { kind: 'late' | 'drop' | 'cut' | 'kill' };
  /** Before the account is read for the write, or between that and the write. */
  readonly when: 'reading' | 'writing';
}

const fault: fc.Arbitrary<Fault> = fc.record({
  where: fc.constantFrom('provider', 'replica', 'both'),
  how: fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('lose' as const), answer: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('late', 'drop', 'cut', 'kill') }) },
  ),
  when: fc.constantFrom('reading', 'writing'),
});

describe('two servers in replication, of which one or both fail in the middle of a reset', () => {
  let two: TwoSlapd;
  let keyturn: Keyturn;

  beforeAll(async () => {
    two = await startTwoSlapd(true);
  });
  afterAll(async () => {
    await keyturn?.close();
    await two?.stop();
  });

  const hit = ({ where }: Fault): Proxied[] =>
    where === 'both' ? [two.provider, two.replica] : [where === 'provider' ? two.provider : two.replica];

  async function break_(it: Fault): Promise<void> {
    for (const { proxy, server } of hit(it)) {
      if (it.how.kind === 'lose') proxy.swallowAnswer(it.how.answer);
      else if (it.how.kind === 'cut') proxy.cutAll();
      else if (it.how.kind === 'kill') await server.kill();
      else proxy.setMode('stall');
    }
  }

  async function mend(it: Fault, person: TwoPerson): Promise<void> {
    for (const { proxy, server } of hit(it)) {
      if (it.how.kind === 'drop') proxy.cutAll();
      proxy.setMode('forward');
      if (it.how.kind === 'kill') await server.restart();
    }
    // What was held arrives now, if it does at all: long before the time is over that it is granted.
    if (it.how.kind === 'late') await until(async () => (await history(person.dn)).length > 0, 'the late write', 400).catch(() => {});
    const readable = async () => {
      keyturn.clock.move(1000);
      const { directories } = keyturn.deps;
      return (
        (
          await directories
            .get('people')
            .findAccounts(person.login)
            .catch(() => [])
        ).length === 1
      );
    };
    await until(readable, 'the directory to be asked again');
  }

  /** Does something when the reset is about to be prepared, or to be written. */
  function atTheWrite(when: Fault['when'], then: () => Promise<void>): void {
    const adapter = keyturn.deps.directories.get('people');
    const verb = when === 'reading' ? 'prepareWrite' : 'resetPassword';
    const original = adapter[verb] as (...given: unknown[]) => Promise<unknown>;
    Object.assign(adapter, {
      async [verb](...given: unknown[]) {
        Object.assign(adapter, { [verb]: original });
        await then();
        return original(...given);
      },
    });
  }

  const history = async (dn: string): Promise<string[]> => (await two.provider.server.read(dn, ['pwdHistory'])).pwdHistory ?? [];

  /** What was told is so. @returns what was told */
  async function told(client: JourneyClient, person: TwoPerson, wanted: string): Promise<string> {
    if (client.step.kind === 'waiting') await settle(keyturn, client);
    const works = {
      old: await two.provider.server.canBind(person.dn, person.password),
      new: await two.provider.server.canBind(person.dn, wanted),
    };
    if (client.step.kind === 'done') {
      expect({ step: client.step, works }).toMatchObject({ works: { old: false, new: true } });
      return 'done';
    }
    const unknown = /may have|both/i.test(client.step.message ?? '');
    if (!unknown) expect({ step: client.step, works }).toMatchObject({ step: { kind: 'new-password' }, works: { old: true, new: false } });
    return unknown ? 'unknown' : 'unchanged';
  }

  it('never says that something was done which was not, or was not done which was, and never writes twice', async () => {
    keyturn = await startKeyturn({ directories: [two.section([two.provider, two.replica], impatient)], configuration: ONE_PROOF });
    const said = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fault, async (planned) => {
        const person = await two.createPerson();
        const { address } = await keyturn.enrol(person.login);
        const client = await walkToPassword(keyturn, person.login, address);
        const wanted = newPassword();
        const before = (await writeEvents(keyturn)).length;
        atTheWrite(planned.when, () => break_(planned));
        await client.answer({ password: wanted });
        await mend(planned, person);
        const outcome = await told(client, person, wanted);
        said.set(outcome, (said.get(outcome) ?? 0) + 1);
        expect((await history(person.dn)).length).toBeLessThanOrEqual(1);
        const events = (await writeEvents(keyturn)).slice(before).map(({ type }) => type);
        expect(events.filter((type) => type === 'write.intended').length).toBeLessThanOrEqual(1);
        expect(events).not.toContain('write.corrected');
        // Whatever happened to this one, the person gets there in the end.
        if (outcome === 'unchanged') {
          await client.answer({ password: wanted });
          expect(await told(client, person, wanted)).toBe('done');
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(said.get('done')).toBeGreaterThan(0);
  });
});
