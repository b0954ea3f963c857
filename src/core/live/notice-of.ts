import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { LiveKind } from '../../../shared/api/live.ts';
import { accountsIn } from '../audit/event-terms.ts';
import type { AuditEvent } from '../audit/events.ts';
import { factsOf } from '../audit/facts-of.ts';
import type { AuditRow } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';

/** What agents are told of an event, before it is known who may hear it. */
export interface Noticed {
  readonly kind: LiveKind;
  /** Whom it is about: neither who did it, nor what it rests on. */
  readonly accounts: readonly AccountRef[];
  readonly factor?: FactorKind;
}

/** What is not here is told to nobody while it happens: the history has it. */
const KINDS: Readonly<Partial<Record<AuditEvent['type'], LiveKind>>> = {
  'write.refused': 'not-done',
  'write.failed': 'not-done',
  'write.unknown': 'not-done',
  'journey.refused': 'not-done',
  'journey.proof-refused': 'proof-refused',
  'session.current-refused': 'proof-refused',
  'factor.enrolled': 'enrolled',
  'factor.ended': 'proof-ended',
  'factor.suspended': 'attacked',
  'guard.attacked': 'attacked',
  'recovery.frozen': 'frozen',
  'case.denied': 'not-my-call',
  'case.approval-asked': 'approval-asked',
};

/** null: nothing of it is told. */
export function noticeOf({ type, data }: Pick<AuditRow, 'type' | 'data'>): Noticed | null {
  const { account, accounts, reasons, verb, factor } = factsOf(data);
  const kind = type === 'write.succeeded' ? done(verb) : Object.hasOwn(KINDS, type) ? KINDS[type as AuditEvent['type']] : undefined;
  if (kind === undefined) return null;
  const about = accountsIn([account, accounts, reasons]);
  return about.length === 0 ? null : { kind, accounts: about, ...(typeof factor === 'string' ? { factor: factor as FactorKind } : {}) };
}

/** The case that an event is about, where it is one of this agent. */
export function ownCaseOf({ type, data }: Pick<AuditRow, 'type' | 'data'>, { directory, id }: AccountRef): string | null {
  if (!/^(case|vouch)\./.test(type)) return null;
  const { agent, case: of } = factsOf(data) as { agent?: { account?: Partial<AccountRef> }; case?: unknown };
  return typeof of === 'string' && agent?.account?.directory === directory && agent.account.id === id ? of : null;
}

/** Whether how it stands with a raised threat has changed, which whoever works here is told. */
export function isAboutThreat({ type }: Pick<AuditRow, 'type'>): boolean {
  return type.startsWith('threat.');
}

function done(verb: unknown): LiveKind {
  return verb === 'unlock-account' ? 'unlocked' : 'password-set';
}
