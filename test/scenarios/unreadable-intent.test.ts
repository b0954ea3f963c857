import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ABANDONED_AFTER } from '../../src/core/writes/stored-intent.ts';
import { newPassword } from '../conformance/samples.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

describe('an account with an open write of which nothing can be read', () => {
  let keyturn: Keyturn;
  let ada: Enrolled;

  beforeEach(async () => {
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard: GENEROUS_LIMITS } });
    await addPerson(keyturn, 'ada');
    ada = await keyturn.enrol('ada');
  });
  afterEach(() => keyturn.close());

  const leaveBehind = async (facts: string): Promise<void> => {
    const now = keyturn.clock.now();
    const { directory, id: accountId } = ada.account;
    const common = { id: randomUUID(), directory, accountId, verb: 'reset-password' as const, journeyId: null, closedAt: null };
    await keyturn.deps.store.intents.insert({ ...common, facts, status: 'open', createdAt: now, leaseUntil: now });
  };

  const recover = async (wanted: string) => {
    const client = await startJourney(keyturn.url, 'ada');
    await prove(keyturn, client, ada);
    await client.answer({ password: wanted });
    return { client };
  };

  it.each([
    ['no JSON', '{"actor":'],
    ['of an earlier version', '{"actor":"journey"}'],
    ['empty', 'null'],
  ])('%s is free again when the write must be over, the owner and the log are told, and the person gets there', async (_, facts) => {
    await leaveBehind(facts);
    const early = newPassword();
    expect((await recover(early)).client.step.kind).not.toBe('done');
    expect(await signsIn(keyturn, 'ada', early)).toBe(false);
    const before = keyturn.messages(ada.address).length;

    keyturn.clock.move(ABANDONED_AFTER + 1000);
    await until(async () => {
      keyturn.clock.move(5000);
      return (await keyturn.deps.store.intents.openCount()) === 0;
    }, 'the account to be free');
    const events = (await keyturn.deps.store.audit.read(0, 1000)).filter(({ type }) => type === 'write.unknown');
    expect(events.map(({ data }) => JSON.parse(data))).toMatchObject([{ reason: 'store.undecryptable', account: ada.account }]);
    await until(() => keyturn.messages(ada.address).length > before, 'the notice');
    // What was sealed is nowhere in the log.
    expect(keyturn.logLines.join('\n')).not.toContain(facts);

    const wanted = newPassword();
    const { client } = await recover(wanted);
    expect(client.step.kind).toBe('done');
    expect(await signsIn(keyturn, 'ada', wanted)).toBe(true);
  });
});
