import { recordEvent } from '../../audit/record-event.ts';
import { actsWithSecond } from '../../helpdesk/acts-with-second.ts';
import { type ActDeps, journeyActor } from '../../journey/act.ts';
import type { LoadedJourney } from '../../journey/journey-state.ts';
import type { Store } from '../../ports/store.ts';
import { isRaisedSince } from '../../threat/raised-since.ts';
import type { WriteBacking, WriteResult } from '../../writes/directory-write.ts';
import { hasVouched } from '../has-vouched.ts';
import { aboutCase, endCase, type HelpCase, helpCaseOf, moveCase } from '../help-case.ts';
import { judgeAgent } from '../judge-agent.ts';
import { isWayTaken } from '../receipt.ts';
import { approverStands, approverStillMay } from '../second-agent.ts';
import { backingOf } from '../warrant.ts';
import { linkChannels } from './channels.ts';
import { isUsable } from './reset-link.ts';

/**
 * Whether the agent of a case may help its person so still, as the directories and the roles say now: a link is worth no more than who has
 * sent it, who has approved it, the way in which its caller was verified and the mailbox that it went to, and is worth nothing once one of
 * these is none any more.
 * @throws AppError `directory.*`: it is not known
 */
export async function isAllowedStill(deps: ActDeps, helpCase: HelpCase): Promise<boolean> {
  const { action, facts } = helpCase;
  const { approval, receipt, link } = facts;
  const judged = await judgeAgent(deps, helpCase);
  if (judged === null || !judged.decision.allowed) return false;
  const { decision, target, person } = judged;
  if (receipt === null || !isWayTaken(receipt.receipt, decision.otherWays)) return false;
  if (await hasVouched(deps.store, helpCase.agent, facts.shown)) return false;
  // Whoever has taken a mailbox away means also what is in it; and a role may send none to it any more.
  if (!(await linkChannels(deps, person.account, decision.resetBy)).some(({ id }) => id === link?.channel)) return false;
  if (!(await actsWithSecond(deps, person)).includes(action)) return true;
  const isApproved = approval?.state === 'approved' && approval.basis === 'receipt';
  return isApproved && (await approverStillMay(deps, approval.by.account, { target }, helpCase));
}

/** What a journey rests its write on that a link has begun. */
export interface LinkBehind {
  readonly backing?: WriteBacking;
  /**
   * Uses the link up, in the transaction that begins the write: no other journey may write by it any more. The same one may try again.
   * False: it is over.
   */
  use(store: Store): Promise<boolean>;
  /** Ends the case once the password is written, in the transaction of the outcome. */
  settle(store: Store, results: readonly WriteResult[]): Promise<void>;
}

/**
 * @returns `over` where the case has ended, or the agent may not help so any more
 * @throws AppError `directory.*`
 */
export async function linkBehind(
  deps: ActDeps,
  { row, state }: LoadedJourney,
  byLink: { readonly case: string; readonly link: string },
): Promise<LinkBehind | 'over'> {
  const find = async (store: Store) => {
    const found = await store.cases.find(byLink.case);
    const helpCase = found === null ? null : helpCaseOf(found);
    return helpCase !== null && isUsable(helpCase, byLink.link, row.id) ? helpCase : null;
  };
  const seen = await find(deps.store);
  if (seen?.facts.receipt == null || !(await isAllowedStill(deps, seen))) return 'over';
  const { receipt } = seen.facts;
  const approval = seen.facts.approval?.state === 'approved' ? seen.facts.approval : null;
  return {
    ...backingOf({ kind: 'receipt', helpCase: seen, receipt, approval }),
    async use(store) {
      const helpCase = await find(store);
      if (helpCase === null || (await isRaisedSince(store, helpCase.facts.threat))) return false;
      if (await store.freezes.isFrozen(helpCase.agent)) return false;
      if (approval !== null && !(await approverStands(store, { approval, helpCase }))) return false;
      if (helpCase.row.state === 'acting') return true;
      const { link } = helpCase.facts;
      return (
        link !== undefined && (await moveCase(store, helpCase, { state: 'acting', facts: { link: { ...link, writer: row.id } } })) !== null
      );
    },
    async settle(store, [result]) {
      const helpCase = await find(store);
      if (helpCase === null || (result?.status !== 'done' && result?.status !== 'unknown')) return;
      const about = { ...aboutCase(helpCase), actor: journeyActor(deps.act, state) };
      await recordEvent(store, deps.clock, { type: 'case.closed', ...about, because: 'acted' });
      await endCase(store, helpCase, 'acted', deps.act.at);
    },
  };
}
