import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ActDeps } from '../journey/act.ts';
import type { Store } from '../ports/store.ts';
import { threatNow } from '../threat/raised-since.ts';
import { aboutCase, type CaseFacts, type HelpCase, moveCase } from './help-case.ts';
import { type Receipt, signReceipt } from './receipt.ts';

/** How the caller was verified, and who brought it about. `tries`: what the case has counted by then. */
export interface Verification {
  readonly method: Receipt['method'];
  readonly by: Actor;
  /** What was shown for it, as a journey keeps it. */
  readonly shown: NonNullable<CaseFacts['shown']>;
  readonly tries?: number;
  /** Where the audit log ended before the caller was judged. */
  readonly logEnd: number | undefined;
}

/**
 * Makes the receipt of a case, whichever way its caller was verified: the only place that does. In the transaction of what verified them.
 * @returns null: the case has moved on meanwhile; to be rolled back
 */
export async function verifyBy(
  deps: ActDeps,
  store: Store,
  helpCase: HelpCase,
  { method, by, shown, tries = helpCase.row.tries, logEnd }: Verification,
): Promise<HelpCase | null> {
  const { facts, account, agent, action, row } = helpCase;
  const receipt = signReceipt(store.audit.seals(), {
    version: 1,
    case: row.id,
    person: facts.person.login,
    account,
    agent: { login: facts.agent.login, account: agent },
    action,
    ticket: facts.ticket,
    ...(facts.kinds === undefined ? {} : { kinds: [...facts.kinds] }),
    method,
    at: deps.act.at,
    ...(logEnd === undefined ? {} : { logEnd }),
    until: deps.act.at + deps.configuration().helpdesk.receiptMinutes * 60_000,
  });
  await recordEvent(store, deps.clock, { type: 'case.verified', ...aboutCase(helpCase), actor: by, factors: method.proofs, receipt });
  return moveCase(store, helpCase, { state: 'verified', tries, facts: { receipt, shown, threat: await threatNow(store) } });
}
