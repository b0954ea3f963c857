import type { TYPED_KINDS } from '../../../shared/api/cases.ts';
import type { OtherWay, PersonPermission } from '../../../shared/permissions.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import type { PutQuestion } from '../factors/factor.ts';
import type { JourneyState } from '../journey/journey-state.ts';
import type { CaseRow } from '../ports/case-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import type { SignedReceipt } from './receipt.ts';
import type { ResetLink } from './reset-link/reset-link.ts';

/**
 * Why nothing more comes of a case: it was acted on, the agent closed it, the person says that it is not their call, the number was wrong
 * too often, who was asked to vouch did not expect it, its time is over, another case took its place, or the second agent refused.
 */
export type CaseEnd = 'acted' | 'by-agent' | 'not-my-call' | 'too-many-tries' | 'not-vouched' | 'expired' | 'replaced' | 'not-approved';

/**
 * What became of asking a second agent. `basis`: what the act would rest on, and so what was approved; `at`: since when it is so,
 * milliseconds since 1970; `by`: who decided.
 */
export type Approval =
  | { readonly state: 'waiting'; readonly basis: 'receipt' | 'unverified'; readonly at: number }
  | {
      readonly state: 'approved' | 'refused';
      readonly basis: 'receipt' | 'unverified';
      readonly at: number;
      readonly by: { readonly account: AccountRef; readonly login: string; readonly name: string };
      readonly reason: string | null;
      /** The threat that was raised then (`threatNow`). Absent in cases of an older version. */
      readonly threat?: string | null;
    };
export type Approved = Extract<Approval, { by: unknown }>;

export type TypedKind = (typeof TYPED_KINDS)[number];

/** What the caller was asked for last. */
export interface AskedCaller {
  readonly kind: TypedKind;
  readonly challenge: string;
  /** What a right answer is, as the kind of proof keeps it. */
  readonly expected: string;
  readonly questions: readonly PutQuestion[];
  readonly expiresAt: number;
}

/** Somebody was asked to vouch for the caller, who reads the digits to them. */
export interface AskedVouch {
  readonly request: string;
  readonly digits: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  /** Times that the case has asked. */
  readonly times: number;
  /** The digits that were typed were wrong too often. */
  readonly isRefused?: true;
}

/** What is kept of a case, sealed. */
export interface CaseFacts {
  readonly agent: { readonly login: string; readonly name: string };
  readonly person: { readonly login: string; readonly name: string };
  /** Where the audit log ended when the case was opened. Absent in cases of an older version. */
  readonly logEnd?: number;
  readonly reason: string | null;
  readonly ticket: string | null;
  /** What is to be removed of what proves the person; absent in a case for anything else. */
  readonly kinds?: readonly RemovableKind[];
  /** `spoken`: the agent reads it out and the caller types it. `shown`: the caller's page shows it, and a real agent can say it. */
  readonly numbers: { readonly spoken: string; readonly shown: string };
  readonly receipt: SignedReceipt | null;
  /** The threat that was raised when the receipt was made (`threatNow`). Absent in cases of an older version. */
  readonly threat?: string | null;
  /** What the caller has shown for the receipt, as their journey has it. */
  readonly shown?: JourneyState['shown'];
  /** As it was when the case was opened: the agent may act for a caller who is not verified. Asked for again when they do. */
  readonly mayUnverified: boolean;
  /** The same: how the caller may be verified besides on their own device. Absent in cases of an older version. */
  readonly otherWays?: readonly OtherWay[];
  /** The address of the page was sent to the caller: how often, when last (milliseconds since 1970), and over what. */
  readonly page?: { readonly times: number; readonly at: number; readonly channel: 'email' | 'sms' };
  readonly asked?: AskedCaller | null;
  /** From when on each kind may be sent again, whatever was asked for since; milliseconds since 1970. */
  readonly resendAt?: Readonly<Partial<Record<TypedKind, number>>>;
  /** Kinds of which the caller gave what was right. */
  readonly readOut?: readonly TypedKind[];
  readonly vouch?: AskedVouch;
  /** The newest link by which the person may set their password. */
  readonly link?: ResetLink;
  readonly because?: CaseEnd;
  /** Absent: nobody was asked. */
  readonly approval?: Approval;
}

/** One person helped by one agent for one purpose. */
export interface HelpCase {
  readonly row: CaseRow;
  readonly facts: CaseFacts;
  readonly account: AccountRef;
  readonly agent: AccountRef;
  readonly action: PersonPermission;
}

/** Reads a row whose facts were opened. */
export function helpCaseOf(row: CaseRow): HelpCase {
  return {
    row,
    facts: JSON.parse(row.facts) as CaseFacts,
    account: { directory: row.directory, id: row.accountId },
    agent: { directory: row.agentDirectory, id: row.agentId },
    action: row.action as PersonPermission,
  };
}

/** Moves a case on from what was seen of it; null: somebody else was quicker, and nothing was written. */
export async function moveCase(
  store: Store,
  { row, facts }: HelpCase,
  next: { state?: CaseRow['state']; tries?: number; facts?: Partial<CaseFacts>; closedAt?: number },
): Promise<HelpCase | null> {
  const after = {
    state: next.state ?? row.state,
    tries: next.tries ?? row.tries,
    facts: JSON.stringify({ ...facts, ...next.facts }),
    closedAt: next.closedAt ?? row.closedAt,
    approvalAskedAt: waitsSince({ ...facts, ...next.facts }),
  };
  return (await store.cases.advance(row, after)) ? helpCaseOf({ ...row, ...after, version: row.version + 1 }) : null;
}

function waitsSince({ approval }: CaseFacts): number | null {
  return approval?.state === 'waiting' ? approval.at : null;
}

/** Ends a case; null as above. */
export function endCase(store: Store, helpCase: HelpCase, because: CaseEnd, now: number): Promise<HelpCase | null> {
  return moveCase(store, helpCase, { state: 'closed', facts: { because }, closedAt: now });
}

/** What every event about a case tells. */
export function aboutCase({ row, account, agent, action, facts }: HelpCase) {
  const { kinds } = facts;
  const about = { case: row.id, account, agent: { account: agent, login: facts.agent.login }, action };
  return kinds === undefined ? about : { ...about, kinds: [...kinds] };
}
