import { EMERGENCY_AUTHOR } from '../../../shared/emergency-author.ts';
import { termFor } from '../audit/event-terms.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { Texts } from '../ports/platform.ts';
import type { NameOf } from './name-accounts.ts';

interface Told {
  readonly type: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Facts that say why, in the order in which they are told. */
const REASONS = ['reason', 'because', 'code', 'problem', 'detail'] as const;
/** Words for programs, of which we have none for people. */
const CODE = /^[a-z\d]+(?:[-.][a-z\d]+)*$/;
/** Facts that sentences name as they are. */
const PLAIN = ['count', 'version', 'base', 'limit', 'from', 'rule', 'attemptsLeft', 'triesLeft', 'directory', 'name'] as const;

/**
 * One sentence for an event, from `locales/<language>/history.json`. Every type has its own; one of a newer program is told by its name.
 * What a fact is missing for is told as not known, never left out.
 */
export function tellEvent(texts: Texts, { type, facts }: Told, nameOf: NameOf, language: string): string {
  const say = (key: string, parameters: Record<string, string> = {}) => texts.translate(language, `history.${key}`, parameters);
  const word = (kind: string, value: string) => orElse(`history.${kind}.${value}`, say(`${kind}.${value}`), value);
  const called = (account: AccountRef) => nameOf(account) ?? account.id;
  const list = (values: readonly string[], none: string) => (values.length === 0 ? say(none) : values.join(', '));

  const parameters: Record<string, string> = Object.fromEntries(PLAIN.map((name) => [name, plain(facts[name]) ?? say('not-known')]));
  parameters.who = author(facts) ?? say(`who.${(facts.actor as { kind?: string } | undefined)?.kind ?? 'system'}`);
  parameters.whom = list(concerned(facts).map(called), 'nobody');
  parameters.other = list(refs(facts.other, facts.manager, facts.by).map(called), 'not-known');
  parameters.second = loginOf(facts.actor) ?? say('not-known');
  parameters.kinds = list(
    kindsOf(facts).map((kind) => word('kind', kind)),
    'not-known',
  );
  const what = plain(facts.verb) ?? plain(facts.goal) ?? plain(facts.action);
  parameters.what = what === null ? say('not-known') : word('act', what);

  const key = `event.${type}`;
  const sentence = orElse(`history.${key}`, say(key, parameters), say('event.other', { type }));
  const why = reasonsOf(facts).map((reason) => {
    const known = word('why', reason);
    if (known !== reason) return known;
    const ofError = texts.translate(language, `errors.${reason}`);
    if (ofError !== `errors.${reason}`) return ofError.replace(/\.$/, '');
    // What somebody wrote themselves stands apart from our own words.
    return CODE.test(reason) ? reason : say('said', { reason });
  });
  return why.length === 0 ? sentence : say('with-reason', { sentence, why: why.join(', ') });
}

/** A key that no language knows comes back as it is. */
function orElse(key: string, text: string, otherwise: string): string {
  return text === key ? otherwise : text;
}

function author({ author: operator, agent, actor }: Told['facts']): string | null {
  const name = plain(operator) ?? loginOf(agent) ?? loginOf(actor);
  // Told in the words of the reader, by who acted.
  return name === EMERGENCY_AUTHOR ? null : name;
}

function loginOf(value: unknown): string | null {
  return plain((value as { login?: unknown } | undefined)?.login);
}

/** Whom it is about; of what was refused for others, all that were asked for. */
function concerned({ account, accounts, reasons }: Told['facts']): AccountRef[] {
  const own = refs(account, ...(Array.isArray(accounts) ? accounts : []));
  if (own.length > 0 || !Array.isArray(reasons)) return own;
  return refs(...reasons.map((each: { account?: unknown }) => each.account));
}

function refs(...values: readonly unknown[]): AccountRef[] {
  const found = values.filter(
    (value): value is AccountRef => typeof value === 'object' && value !== null && 'id' in value && 'directory' in value,
  );
  return [...new Map(found.map((ref) => [termFor.account(ref), ref])).values()];
}

function kindsOf({ factor, factors, proof }: Told['facts']): string[] {
  const named = [factor, ...(Array.isArray(factors) ? factors : []), ...(Array.isArray(proof) ? proof : [])];
  return named.flatMap(
    (each: unknown) => plain(typeof each === 'object' && each !== null ? (each as { kind?: unknown }).kind : each) ?? [],
  );
}

function reasonsOf(facts: Told['facts']): string[] {
  const single = REASONS.map((name) => plain(facts[name]));
  const several = Array.isArray(facts.reasons) ? facts.reasons.map((each: { reason?: unknown }) => plain(each.reason)) : [];
  return [...new Set([...single, ...several].filter((each) => each !== null))];
}

function plain(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
