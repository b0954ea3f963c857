import { beforeAll, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { act, type Caller, HELPDESK_ROLES, newAgent, newCaller, verified } from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { embeddedSection } from './sample-directory.ts';
import type { Keyturn } from './start-keyturn.ts';

/** Whoever has proven something in somebody's name, and the owner is back before it is used. */
describeEachEngine('what was proven before an account was written to, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: { guard: GENEROUS_LIMITS, signIn: { enabled: true }, roles: HELPDESK_ROLES },
    });
  });

  async function recover(caller: Caller): Promise<void> {
    keyturn.clock.move(31_000);
    const client = await startJourney(keyturn.url, caller.login);
    await prove(keyturn, client, caller);
    await client.answer({ password: newPassword() });
    client.at('done');
  }

  it.each([
    ['Agents', { action: 'reset-password' }],
    ['Agents', { action: 'unlock-account' }],
    ['Carers', { action: 'issue-pass' }],
    ['Carers', { action: 'remove-proofs', kinds: ['totp'] }],
    ['Carers', { action: 'end-sessions' }],
    ['Carers', { action: 'release-recovery', reason: 'asked for' }],
  ])('is no receipt of a caller any more: %s, %o', async (group, more) => {
    const [agent, caller] = [await newAgent(keyturn, group), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller, more);
    await recover(caller);
    expect(await act(agent, id)).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    const again = await verified(keyturn, agent, caller, more);
    expect(await act(agent, again.id)).toMatchObject({ status: 200 });
  });

  it('resets no password any more: the recovery that comes second ends, and says why', async () => {
    const caller = await newCaller(keyturn);
    const second = await startJourney(keyturn.url, caller.login);
    await prove(keyturn, second, caller);
    second.at('new-password');
    await recover(caller);
    await second.answer({ password: newPassword() });
    expect(second.step).toMatchObject({ kind: 'refused', code: 'journey.account-written' });
    const rows = await keyturn.deps.store.audit.read(0, 10_000);
    expect(rows.filter(({ type, data }) => type === 'write.succeeded' && data.includes(caller.ref.id))).toHaveLength(1);
  });
});
