import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Candidate } from '../accounts/candidate.ts';
import { countingOf, thatCountNow } from '../enrolment/factors-of.ts';
import type { EnrolledCandidate } from '../factors/factor.ts';
import { FACTOR_TRAITS } from '../factors/kinds.ts';
import { countingLinks } from '../people/linked-proofs.ts';
import type { AccountRef } from '../ports/directory.ts';
import type { EnrolledRecord } from '../ports/people-store.ts';
import type { FactorRow } from '../ports/store.ts';
import { decoyTarget, type FactorOwners } from './guard-targets.ts';
import type { JourneyDeps } from './journey-deps.ts';
import type { JourneyState } from './journey-state.ts';

/** Everything that is enrolled for the candidates of a journey. */
export interface EnrolledFor {
  /** Whose there is what; nothing of it had to be opened. */
  readonly owners: readonly FactorOwners[];
  /** What of it is of one kind, opened when it is asked for first. */
  ofKind(kind: FactorKind): EnrolledCandidate[];
}

/**
 * Everything that the owner of each candidate has enrolled, and their other accounts where these prove anything.
 *
 * Where a name leads to nobody the database is asked all the same, by the same steps, and as many values are opened. On a node that is busy
 * a question less would show, or a moment less to think, or one turn less to wait: of many requests at once those with fewer turns
 * overtake all the others (decision 0126).
 */
export async function enrolledFor(deps: JourneyDeps, state: JourneyState): Promise<EnrolledFor> {
  const candidates = state.candidates ?? [];
  const nobody: AccountRef = { directory: '', id: decoyTarget(state) };
  const asked = candidates.length > 0 ? candidates : [null];
  const all = await Promise.all(
    asked.map(async (candidate) => ({ candidate, record: await deps.store.people.enrolledOf(candidate?.ref ?? nobody) })),
  );
  const ofEach = <T>(tell: (candidate: Candidate, record: EnrolledRecord) => T): { candidate: Candidate; factors: T }[] =>
    all.flatMap(({ candidate, record }) => (candidate === null ? [] : [{ candidate, factors: tell(candidate, record) }]));
  return once(
    ofEach((candidate, record) => countingFactors(deps, candidate, record)),
    (kind) => {
      const opened = new Map(all.map(({ record }) => [record, record.open(kind, FACTOR_TRAITS[kind].usualNumber)]));
      return ofEach((candidate, record) => countingOfKind(deps, candidate, { kind, record, opened: opened.get(record) ?? [] }));
    },
  );
}

/** Opens each kind once. */
function once(owners: EnrolledFor['owners'], open: EnrolledFor['ofKind']): EnrolledFor {
  const opened = new Map<FactorKind, EnrolledCandidate[]>();
  return {
    owners,
    ofKind(kind) {
      const known = opened.get(kind) ?? open(kind);
      opened.set(kind, known);
      return known;
    },
  };
}

/** An address of the directory is the candidate's own, whom nobody has to look for here. */
function countingFactors(deps: JourneyDeps, candidate: Candidate, record: EnrolledRecord): FactorOwners['factors'] {
  return [...thatCountNow(deps, record.factors), ...linksOf(deps, candidate, record)];
}

/** Of what was opened what counts, with the addresses of the directory that do. */
function countingOfKind(
  deps: JourneyDeps,
  candidate: Candidate,
  { kind, record, opened }: { kind: FactorKind; record: EnrolledRecord; opened: readonly FactorRow[] },
): FactorRow[] {
  if (FACTOR_TRAITS[kind].ofAnotherAccount === true) return linksOf(deps, candidate, record);
  const own = countingOf(deps, { ...candidate.ref, contacts: contactsThatCount(deps, candidate) }, opened);
  return own.filter((factor) => factor.kind === kind);
}

function linksOf(deps: JourneyDeps, candidate: Candidate, { linked }: EnrolledRecord): FactorRow[] {
  return candidate.has.includes('linked-account') ? countingLinks(deps, linked) : [];
}

/** Addresses and numbers of the directory stop counting as soon as the configuration says so, also in a journey that has begun. */
function contactsThatCount(deps: Pick<JourneyDeps, 'configuration'>, { ref, contacts }: Candidate): Candidate['contacts'] {
  const section = deps.configuration().directories.find(({ id }) => id === ref.directory)?.contacts;
  return { email: section?.email === undefined ? [] : contacts.email, sms: section?.sms === undefined ? [] : contacts.sms };
}
