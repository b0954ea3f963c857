import { beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type Agent, act, type Caller, eventsAbout, HELPDESK_ROLES, newAgent, newCaller, verified } from './helpdesk.ts';
import { embeddedSection, OLD_PASSWORD, signsIn } from './sample-directory.ts';
import type { Keyturn } from './start-keyturn.ts';

const TEXTERS = {
  ...{ name: 'texters', may: ['reset-password' as const], heldBy: { groups: ['Texters'] }, over: { groups: ['Staff'] } },
  resetBy: ['sent-by-text' as const],
};
const needed = { status: 409, body: { code: 'case.approval-needed' } };
const unknown = { status: 422, body: { code: 'case.channel-unknown' } };
const receiptNeeded = { status: 403, body: { code: 'case.receipt-needed' } };

describeEachEngine('a second agent is not asked for what cannot be done, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        roles: [...HELPDESK_ROLES, TEXTERS],
        sms: { kind: 'capture', countries: ['DE'] },
        helpdesk: { approvals: [{ name: 'board', when: { groups: ['Board'] } }] },
      },
    });
  });

  const newBoard = () => newCaller(keyturn, { groups: ['Staff', 'Board'] });
  const end = async ({ ref }: Caller, kind: string) => {
    const row = (await keyturn.deps.store.factors.ofAccount(ref)).find((each) => each.kind === kind);
    expect(await keyturn.deps.store.factors.end(row?.id ?? '', keyturn.clock.now())).toBe(true);
  };
  const disable = async ({ ref }: Caller) => {
    const row = await keyturn.deps.store.embedded.find(ref.directory, ref.id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, disabled: true }))) throw new Error('not disabled');
  };
  const freeze = ({ ref }: Caller) => keyturn.deps.store.freezes.freeze(ref, 'not-me', keyturn.clock.now());
  /** Of a case whose caller is verified: the act is refused so, and nobody is asked. */
  async function isRefused(agent: Agent, id: string, asked: Record<string, unknown>, as: object): Promise<void> {
    expect(await act(agent, id, asked)).toMatchObject(as);
    expect(await eventsAbout(keyturn, 'case.approval-asked', id)).toEqual([]);
  }

  it('proofs that are gone already', async () => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newBoard()];
    const code = { account: caller.ref, kind: 'recovery-code' as const, label: 'codes', secret: newLogin('digest'), source: 'test' };
    await addFactor(keyturn.deps, keyturn.deps.store, code);
    const { id } = await verified(keyturn, agent, caller, { action: 'remove-proofs', kinds: ['recovery-code'] });
    await end(caller, 'recovery-code');
    await isRefused(agent, id, {}, { status: 409, body: { code: 'case.nothing-to-remove' } });
  });

  it('a mailbox or a number that is not theirs', async () => {
    const [agent, texter, caller] = [await newAgent(keyturn), await newAgent(keyturn, 'Texters'), await newBoard()];
    const { id } = await verified(keyturn, agent, caller);
    await isRefused(agent, id, { linkTo: 'none' }, unknown);
    const next = await verified(keyturn, texter, caller, { replace: true, reason: 'again' });
    await isRefused(texter, next.id, { sendTo: 'none' }, unknown);
    // What is theirs is asked for.
    const mailbox = (await keyturn.deps.store.factors.ofAccount(caller.ref)).find(({ kind }) => kind === 'email')?.id;
    const last = await verified(keyturn, agent, caller, { replace: true, reason: 'again' });
    expect(await act(agent, last.id, { linkTo: mailbox })).toMatchObject(needed);
  });

  it('a password that the rules refuse', async () => {
    const [agent, caller] = [await newAgent(keyturn), await newBoard()];
    const { id } = await verified(keyturn, agent, caller);
    await isRefused(agent, id, { password: 'short' }, { status: 200, body: { outcome: 'refused' } });
    expect(await act(agent, id, { password: 'A harbour at 7, quite quiet' })).toMatchObject(needed);
  });

  it.each(['reset-password', 'unlock-account'])('an account that was disabled meanwhile: %s', async (action) => {
    const [agent, caller] = [await newAgent(keyturn), await newBoard()];
    const { id } = await verified(keyturn, agent, caller, { action });
    await disable(caller);
    await isRefused(agent, id, {}, { status: 409, body: { code: 'account.disabled' } });
  });

  it.each([
    ['Agents', { action: 'reset-password' }],
    ['Agents', { action: 'unlock-account' }],
    ['Carers', { action: 'issue-pass' }],
    ['Carers', { action: 'remove-proofs', kinds: ['totp'] }],
  ])('an account that was frozen meanwhile, by %s: %o', async (group, asked) => {
    const [agent, caller] = [await newAgent(keyturn, group), await newBoard()];
    const { id } = await verified(keyturn, agent, caller, asked);
    await freeze(caller);
    await isRefused(agent, id, {}, { status: 409, body: { code: 'account.frozen' } });
  });

  it.each(['release-recovery', 'end-sessions'])('and is asked for what a freeze does not keep back: %s', async (action) => {
    const [agent, caller] = [await newAgent(keyturn, 'Carers'), await newBoard()];
    const { id } = await verified(keyturn, agent, caller, { action, reason: 'it was they' });
    await freeze(caller);
    expect(await act(agent, id)).toMatchObject(needed);
  });

  it.each([
    ['Agents', 'reset-password'],
    ['Carers', 'end-sessions'],
  ])('anything, by %s, of a caller who was verified by what is not theirs any more: %s', async (group, action) => {
    const [agent, caller] = [await newAgent(keyturn, group), await newBoard()];
    const { id } = await verified(keyturn, agent, caller, { action });
    await end(caller, 'totp');
    await isRefused(agent, id, {}, receiptNeeded);
    expect(await signsIn(keyturn, caller.login, OLD_PASSWORD)).toBe(true);
  });
});
