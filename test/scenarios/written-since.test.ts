import { beforeAll, expect, it } from 'vitest';
import { newPassword } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { act, type Caller, HELPDESK_ROLES, newAgent, newCaller, verified } from './helpdesk.ts';
import { prove, startJourney } from './journey-client.ts';
import { embeddedSection } from './sample-directory.ts';
import type { Keyturn } from './start-keyturn.ts';

/** Whoever has called in somebody's name, and the owner is back before the agent acts. */
describeEachEngine('a receipt of a caller, on %s', (engine) => {
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
  ])('is worth nothing once the account was written to: %s, %o', async (group, more) => {
    const [agent, caller] = [await newAgent(keyturn, group), await newCaller(keyturn)];
    const { id } = await verified(keyturn, agent, caller, more);
    await recover(caller);
    expect(await act(agent, id)).toMatchObject({ status: 403, body: { code: 'case.receipt-needed' } });
    const again = await verified(keyturn, agent, caller, more);
    expect(await act(agent, again.id)).toMatchObject({ status: 200 });
  });
});
