import type { FactorKind } from '../../../shared/api/journeys.ts';
import { FROM_DIRECTORY } from '../../core/enrolment/factors-of.ts';
import { questionsKept } from '../../core/enrolment/kept-questions.ts';
import { temporaryPassOf } from '../../core/enrolment/temporary-pass.ts';
import { describeTime } from '../../core/health/describe-time.ts';
import type { FactorRow } from '../../core/ports/store.ts';

const WORDS: Partial<Record<FactorKind, (row: FactorRow) => string>> = {
  email: ({ secret }) => `e-mail ${secret}`,
  sms: ({ secret }) => `text messages to ${secret}`,
  'recovery-code': () => 'recovery code',
  'temporary-pass': (row) => {
    const { endsAt, once } = temporaryPassOf(row);
    return `temporary pass, ${once ? 'for one use' : 'for any use'} until ${describeTime(endsAt)}`;
  },
  passkey: ({ label }) => `passkey "${label}"`,
  questions: (row) => `${questionsKept(row).length} security questions`,
  totp: ({ label }) => `authenticator app "${label}"`,
};

/** A proof for the terminal: its kind, where codes go or what it is called, since when, and whether it counts. */
export function describeFactor(row: FactorRow): string {
  const what = WORDS[row.kind]?.(row) ?? row.kind;
  const facts = [
    row.source === FROM_DIRECTORY ? 'from the directory' : `since ${day(row.createdAt)}`,
    ...(row.countsFrom === null ? [] : [`counts from ${describeTime(row.countsFrom)}`]),
    ...(row.lastUsedAt === null ? [] : [`last used ${day(row.lastUsedAt)}`]),
    ...(row.suspendedAt === null ? [] : ['SUSPENDED after too many wrong codes']),
  ];
  return `${what} (${facts.join(', ')})`;
}

/** A proof for programs. Seeds are not part of it. */
export function presentFactor(row: FactorRow) {
  const time = (milliseconds: number | null) => (milliseconds === null ? null : new Date(milliseconds).toISOString());
  return {
    id: row.id,
    kind: row.kind,
    label: row.label,
    ...(row.kind === 'email' ? { address: row.secret } : {}),
    ...(row.kind === 'sms' ? { number: row.secret } : {}),
    ...(row.countsFrom === null ? {} : { countsFrom: time(row.countsFrom) }),
    ...(row.kind === 'temporary-pass' ? presentPass(row) : {}),
    source: row.source,
    createdAt: row.source === FROM_DIRECTORY ? null : time(row.createdAt),
    lastUsedAt: time(row.lastUsedAt),
    suspendedAt: time(row.suspendedAt),
  };
}

function presentPass(row: FactorRow) {
  const { endsAt, once } = temporaryPassOf(row);
  return { endsAt: new Date(endsAt).toISOString(), once };
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
