import { createHash } from 'node:crypto';
import { accountOfKey } from '../accounts/candidate.ts';
import type { AuditEntry } from '../ports/audit-store.ts';
import type { AccountRef } from '../ports/directory.ts';
import { groupOf } from './event-groups.ts';
import { factsOf } from './facts-of.ts';

/** Bytes of a digest: as many as a number holds exactly in JSON, JavaScript and both databases. */
const BYTES = 6;

/** By what events are found. */
export const termFor = {
  /** Whom it is about. */
  account: ({ directory, id }: AccountRef) => `account\0${directory}\0${id}`,
  /** An account of who acted, or helped: what it is about is somebody else's. */
  part: ({ directory, id }: AccountRef) => `part\0${directory}\0${id}`,
  directory: (id: string) => `directory\0${id}`,
  /** Sign-in name of an agent, or what an operator is called who gave commands. */
  author: (name: string) => `author\0${name.normalize('NFC').trim().toLowerCase()}`,
  group: (group: string) => `group\0${group}`,
  typedName: (digest: string) => `typed-name\0${digest}`,
};

/**
 * Everything by which an event can be found, each once. No list of types: whatever in it has the form of an account is one, so an event of
 * tomorrow is found as well.
 */
export function termsOf({ type, data }: Pick<AuditEntry, 'type' | 'data'>): string[] {
  const terms = new Set<string>();
  const group = groupOf(type);
  if (group !== null) terms.add(termFor.group(group));
  collect(factsOf(data), terms);
  return [...terms];
}

/** Every account that an event names, each once. */
export function accountsIn(value: unknown, found = new Map<string, AccountRef>()): AccountRef[] {
  if (typeof value === 'object' && value !== null) {
    if (isAccount(value)) found.set(termFor.account(value), { directory: value.directory, id: value.id });
    for (const inner of Object.values(value)) accountsIn(inner, found);
  }
  return [...found.values()];
}

/**
 * A term as the index keeps it: the first 48 bits of SHA-256. Two terms may share one, so what the index finds is compared with the event
 * itself.
 */
export function termNumber(term: string): number {
  return createHash('sha256').update(term).digest().readUIntBE(0, BYTES);
}

function collect(facts: Record<string, unknown>, terms: Set<string>): void {
  const { agent, receipt, backing, ...about } = facts;
  for (const account of accountsIn(about)) {
    terms.add(termFor.account(account));
    terms.add(termFor.directory(account.directory));
  }
  for (const account of [...accountsIn({ agent, receipt, backing }), ...accountOf(facts.actor)]) terms.add(termFor.part(account));
  const { author, nameDigest, actor } = facts;
  for (const name of [author, loginOf(actor), loginOf(agent)]) if (typeof name === 'string') terms.add(termFor.author(name));
  if (typeof nameDigest === 'string') terms.add(termFor.typedName(nameDigest));
}

function loginOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { login?: unknown }).login : undefined;
}

/** Of a delegate, whose account is named by its key. */
function accountOf(actor: unknown): AccountRef[] {
  const key = (actor as { account?: unknown } | undefined)?.account;
  const account = typeof key === 'string' ? accountOfKey(key) : null;
  return account === null ? [] : [account];
}

function isAccount(value: object): value is AccountRef {
  const { directory, id } = value as Partial<AccountRef>;
  return typeof directory === 'string' && typeof id === 'string';
}
