import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import type { JourneyClient } from '../scenarios/journey-client.ts';
import { type Keyturn, startKeyturn } from '../scenarios/start-keyturn.ts';
import { anyFault, atTheWrite, breakServers, mendServers, untilReadable } from './break-servers.ts';
import { ONE_PROOF, settle, walkTo, writeEvents } from './recovery.ts';
import { startTwoSlapd, type TwoPerson, type TwoSlapd } from './two-slapd.ts';

/** How many disturbed journeys a run plays. */
const RUNS = process.env.KEYTURN_LONG === '1' ? 150 : 12;

const impatient = { connectTimeoutMilliseconds: 600, operationTimeoutMilliseconds: 800, retryServerAfterSeconds: 1 };

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
      fc.asyncProperty(anyFault(6), async (planned) => {
        const person = await two.createPerson();
        const { address } = await keyturn.enrol(person.login);
        const client = await walkTo(keyturn, person.login, address);
        const wanted = newPassword();
        const before = (await writeEvents(keyturn)).length;
        atTheWrite(keyturn, planned.when, 'resetPassword', () => breakServers(planned, two.provider, two.replica));
        await client.answer({ password: wanted });
        await mendServers(planned, two.provider, two.replica, async () => (await history(person.dn)).length > 0);
        await untilReadable(keyturn, person.login);
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
