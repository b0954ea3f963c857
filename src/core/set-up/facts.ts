import type { SetUpAnswers, SetUpSecrets } from '../../../shared/api/set-up.ts';
import type { SetUpRow } from '../ports/set-up-store.ts';
import type { FirstReset } from './first-reset/first-reset.ts';

/** What is kept of a set-up, sealed. */
export interface SetUpFacts {
  readonly answers: SetUpAnswers;
  readonly secrets: SetUpSecrets;
  /** The configuration is in force, and one step is left. */
  readonly firstReset?: FirstReset;
}

export const NO_FACTS: SetUpFacts = { answers: {}, secrets: {} };

export function factsOf({ facts }: Pick<SetUpRow, 'facts'>): SetUpFacts {
  return JSON.parse(facts) as SetUpFacts;
}

/**
 * The facts after answers were given anew. A secret goes with what it was typed for: where that is somewhere else now, or of somebody
 * else, it is forgotten unless it was typed again, so that nobody has a known password sent to a server of their own.
 */
export function withAnswers(before: SetUpFacts, answers: SetUpAnswers, typed: SetUpSecrets): SetUpFacts {
  const kept: SetUpSecrets = {};
  const directory =
    typed.directory ?? (same(placeOfDirectory(before.answers), placeOfDirectory(answers)) ? before.secrets.directory : undefined);
  const mail = typed.mail ?? (same(placeOfMail(before.answers), placeOfMail(answers)) ? before.secrets.mail : undefined);
  if (directory !== undefined) kept.directory = directory;
  if (mail !== undefined && (answers.mail?.user ?? '') !== '') kept.mail = mail;
  return { answers, secrets: kept };
}

function placeOfDirectory({ directory }: SetUpAnswers): unknown {
  if (directory === undefined) return null;
  const { servers, startTls, authority, account } = directory;
  return [servers, startTls, authority, account];
}

function placeOfMail({ mail }: SetUpAnswers): unknown {
  if (mail === undefined) return null;
  const { host, port, security, user } = mail;
  return [host, port, security, user];
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
