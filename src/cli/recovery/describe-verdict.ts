import { fixParts, printedFix, withLines } from '../../../shared/fix-text.ts';
import type { AccountVerdict } from '../../core/accounts/judge-account.ts';
import type { DecoyReason } from '../../core/audit/events.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import type { RecoveryState } from '../../core/freeze/release-recovery.ts';
import { describeKnown } from '../enrolment/describe-combinations.ts';

/** Why a person gets nowhere, for whoever helps them, and what can be done about it, as `shared/fix-text.ts` has it. */
export const WORDS: Readonly<Record<DecoyReason, { what: string; fix?: string }>> = {
  'unknown-account': { what: 'there is no such account' },
  'account-disabled': { what: 'the account is disabled in the directory', fix: 'Enable it there' },
  'account-expired': { what: 'the account has passed its end date in the directory', fix: 'Move the date there' },
  'password-not-used': { what: 'the account does not sign in by password' },
  'account-protected': {
    what: 'the account is protected: it is never recovered online',
    fix: 'Look at `protected` of the directory in the configuration',
  },
  'not-enrolled': {
    what: 'not enough is enrolled to prove who they are',
    fix: withLines('Enrol what is missing, in their presence', 'keyturn enrolment add NAME'),
  },
  'nothing-accepted': {
    what: 'no rule of proof accepts anything for the account',
    fix: 'Look at `recovery.rules` in the configuration',
  },
  'recovery-frozen': {
    what: 'frozen: somebody said "this was not me"',
    fix: withLines('Make sure who has the account, then lift it', 'keyturn recovery release NAME --reason REASON'),
  },
  'directory-trouble': {
    what: 'the directory does not tell enough about the account',
    fix: withLines('Find out why', 'keyturn doctor'),
  },
  'too-many-messages': {
    what: 'too many codes were asked for',
    fix: withLines('Wait for a day, or end it', 'keyturn recovery release NAME --reason REASON'),
  },
};

/** `describeLinked` names the account and what can be done. */
const FROZEN_BY_LINK: { what: string; fix?: string } = { what: 'frozen by a linked account' };

const nothingBlocks = ({ linked }: RecoveryState) => (linked.length > 0 ? 'nothing of its own blocks recovery' : 'nothing blocks recovery');

/**
 * Lines that tell whether a person can recover an account now, and if not, why.
 * @param complete makes a command that is named in the fix one for this account and installation
 */
export function describeVerdict(
  { reason, detail, facts, factors }: AccountVerdict,
  state: RecoveryState,
  configuration: Configuration,
  now: number,
  complete: (line: string) => string,
): string[] {
  const pauses = describeState(state, now, reason);
  const isLinkedAlone = reason === 'recovery-frozen' && !state.frozen;
  const words = reason === null ? null : isLinkedAlone ? FROZEN_BY_LINK : WORDS[reason];
  const head = words === null ? [] : [`cannot recover: ${words.what}${detail === null ? '' : ` (${detail})`}`];
  return [
    ...(words === null && pauses.length === 0 ? [nothingBlocks(state)] : [...head, ...pauses]),
    ...(words?.fix === undefined ? [] : printed(words.fix, complete)),
    ...describeKnown(configuration, facts, factors),
  ];
}

function printed(fix: string, complete: (line: string) => string): string[] {
  const { sentence, lines } = fixParts(fix);
  return printedFix({ sentence, lines: lines.map(complete) }, '  ');
}

/** What holds a recovery up or back, apart from the directory and what is enrolled. `told`: what was said already. */
export function describeState(state: RecoveryState, now: number, told: DecoyReason | null = null): string[] {
  return [
    state.frozen && told !== 'recovery-frozen' ? WORDS['recovery-frozen'].what : '',
    state.pausedUntil > now
      ? `proofs from networks that the owner never used are worth nothing until ${new Date(state.pausedUntil).toISOString()}`
      : '',
    state.failures > 0 ? `${state.failures} wrong proofs lately` : '',
    state.suspended > 0 ? 'the authenticator is suspended after too many wrong codes' : '',
  ].filter((part) => part !== '');
}
