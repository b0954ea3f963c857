import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Account, AccountRef } from '../ports/directory.ts';
import type { RuleFacts } from '../proof/rules.ts';

/** An account that a journey may end up at. */
export interface Candidate {
  readonly ref: AccountRef;
  /** What the person reads once they have proven who they are: sign-in name and directory. */
  readonly label: string;
  readonly login: string;
  /** BCP 47 tag that the directory knows for the person; null: it knows none. */
  readonly language: string | null;
  /** As the directory had them when the journey began: what changes there meanwhile changes nothing here. */
  readonly contacts: Account['contacts'];
  /** What the rules of proof ask of the account, and the kinds its owner has; as they were when the journey began. */
  readonly facts: RuleFacts;
  readonly has: readonly FactorKind[];
  /** Nobody named it: it is linked to one that was, and what was proven proves its owner as well. */
  readonly linked?: true;
}

/** One string for an account: key of maps and guard target. The directory id has no `/`. */
export function accountKey(ref: AccountRef): string {
  return `${ref.directory}/${ref.id}`;
}

/** The account that such a key names; null: the text is none. */
export function accountOfKey(key: string): AccountRef | null {
  const [, directory = '', id = ''] = /^([^/]*)\/(.*)/s.exec(key) ?? [];
  return directory === '' || id === '' ? null : { directory, id };
}

/** Makes a candidate of a directory entry and what was found out about it. */
export function candidateOf(account: Account, directoryLabel: string, known: Pick<Candidate, 'facts' | 'has'>): Candidate {
  const { directory, id, login, language, contacts } = account;
  return { ref: { directory, id }, login, language, contacts, label: accountLabel(account, directoryLabel), ...known };
}

/** What a person reads of an account once they have proven something: sign-in name and directory. */
export function accountLabel({ login }: Pick<Account, 'login'>, directoryLabel: string): string {
  return `${login} (${directoryLabel})`;
}
