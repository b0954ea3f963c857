import type { FactorKind } from '../../../shared/api/journeys.ts';
import { isAppError } from '../../../shared/errors.ts';
import { readBarred } from '../accounts/judge-account.ts';
import { readRuleFacts, unknownRuleFacts } from '../accounts/read-rule-facts.ts';
import type { Configuration } from '../configuration/document.ts';
import { timeZoneOf } from '../configuration/time-zone.ts';
import type { CoreDeps } from '../core-deps.ts';
import { usualSituation } from '../journey/usual-situation.ts';
import { MAIL_JOB } from '../notify/queue-mail.ts';
import { SMS_JOB } from '../notify/queue-sms.ts';
import { everyProofIn } from '../people/linked-proofs.ts';
import type { Account, Directory } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { ownCombinations, type RuleFacts, scopesNamed } from '../proof/rules.ts';
import { vouchedProof } from '../vouching/vouched-proof.ts';
import { withoutWaitingLinks } from './factors-of.ts';
import { judgeCombinations } from './judge-combinations.ts';
import { addableKinds } from './own-proofs.ts';
import { type Requirement, requirementOf } from './requirement.ts';

type Deps = Pick<CoreDeps, 'store' | 'keys' | 'log'>;

/** A code that was queued so long ago and has not left tells that none do; milliseconds. */
const LATE = 60_000;
/** Codes that were queued before this tell nothing of now. */
const LATELY = 15 * 60_000;

/** The kinds whose codes do not leave at present, as the last minutes show. */
export async function kindsNotLeaving(store: Pick<Store, 'outbox'>, now: number): Promise<FactorKind[]> {
  const jobs = await store.outbox.notLeaving('code', now - LATELY, now - LATE);
  return [...(jobs.includes(MAIL_JOB) ? (['email'] as const) : []), ...(jobs.includes(SMS_JOB) ? (['sms'] as const) : [])];
}

/**
 * What is asked of the owner of an account. From where they would recover is not known: what is asked is enough from everywhere. Where a
 * directory does not answer, that is not known, and nothing is thrown for it.
 * @param notLeaving as `kindsNotLeaving` tells
 */
export async function readRequirement(
  deps: Deps,
  configuration: Configuration,
  directory: Directory,
  account: Account,
  { now, notLeaving }: { now: number; notLeaving: readonly FactorKind[] },
): Promise<Requirement> {
  const { required } = configuration.enrolment;
  if (required.every(({ ask }) => ask === 'never')) return { ask: 'nothing', because: required.length === 0 ? 'no-rule' : 'never' };
  const { rules } = configuration.recovery;
  const situation = usualSituation(configuration, 'web');
  const recorded = deps.store.people.recordOf({ directory: account.directory, id: account.id });
  const [{ reason }, facts, factors, vouched, asked] = await Promise.all([
    readBarred(deps, directory, account, { goal: situation.goal, frozen: recorded.then(({ frozen }) => frozen) }),
    readRuleFacts(directory, [...required, ...rules], account).catch((error: unknown) => notTold(deps, account, error)),
    // What is set up counts at once, as it is what was asked for; another account's only once the link cannot be taken back any more.
    recorded.then((record) => withoutWaitingLinks(everyProofIn(deps, account, record), record.linked, now)),
    vouchedProof(deps, configuration, directory, account),
    deps.store.enrolmentAsks.find(account),
  ]);
  return requirementOf(required, {
    ...{ now, asked, notLeaving, timeZone: timeZoneOf(configuration), addable: addableKinds(configuration) },
    account: facts ?? unknownRuleFacts(directory.id),
    barred: reason === 'not-enrolled' ? null : reason,
    ways: facts === null ? null : judgeCombinations(ownCombinations(rules, situation, facts), [...factors, ...vouched]),
    waysCertain: facts !== null && tellsAll(configuration, facts),
  });
}

/** Whether the directory told of every place and group on which the rule of proof may hang. */
function tellsAll({ recovery }: Configuration, { directory, membership }: RuleFacts): boolean {
  const { places, groups } = scopesNamed(recovery.rules, directory);
  const isTold = (known: Readonly<Record<string, boolean | null>>) => (name: string) => typeof known[name] === 'boolean';
  return places.every(isTold(membership.places)) && groups.every(isTold(membership.groups));
}

function notTold({ log }: Deps, { directory, id }: Account, error: unknown): null {
  if (!isAppError(error) || !error.code.startsWith('directory.')) throw error;
  log.warn('enrolment.not-told', { directory, account: id, error });
  return null;
}
