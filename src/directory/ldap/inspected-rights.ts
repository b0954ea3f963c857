import { fixParts, withLines } from '../../../shared/fix-text.ts';
import type { DirectoryHealth, DirectoryRight, DirectoryVerb } from '../../core/ports/directory-health.ts';

/** The fix that begins with this sentence and lets the service account read, with what is to be pasted for it. */
export type ReadingFix = (sentence: string) => string;

/** What an inspection of the service account found. */
export type RightsReport = Pick<DirectoryHealth, 'rights' | 'tooMuch'>;

const verbs: readonly DirectoryVerb[] = ['read', 'reset-password', 'unlock-account', 'require-change', 'read-policy'];

const lookElsewhere =
  'Mend what else is reported of this directory, then run doctor again; if this stays, look into the log of the directory';

export function heldRight(verb: DirectoryVerb): DirectoryRight {
  return { verb, ok: true, problem: null, fix: null };
}

export function missingRight(verb: DirectoryVerb, problem: string, fix: string): DirectoryRight {
  return { verb, ok: false, problem, fix };
}

export function unknownRight(verb: DirectoryVerb, problem: string, fix: string = lookElsewhere): DirectoryRight {
  return { verb, ok: null, problem, fix };
}

/** Nothing could be found out, for this reason. */
export function unknownRights(problem: string): DirectoryRight[] {
  return verbs.map((verb) => unknownRight(verb, problem));
}

/** The same for the verbs that write. */
export function unknownWriting(problem: string): DirectoryRight[] {
  return unknownRights(problem).filter(({ verb }) => verb !== 'read' && verb !== 'read-policy');
}

/** Nobody who could be served is found below the base: whatever else is right, nobody can be served. */
export function nobodyFound(baseDn: string, fix: string): RightsReport {
  const problem = `no unprotected person is found below ${baseDn}`;
  const others = unknownRights('there is nobody to look at').filter(({ verb }) => verb !== 'read');
  return { rights: [missingRight('read', problem, fix), ...others], tooMuch: [] };
}

/** People are found of whom an account cannot be made: they count as unknown. */
export function incompletePeople(incomplete: number, found: number, needed: string, readingFix: ReadingFix): RightsReport {
  const problem = `${incomplete} of ${found} people looked at show no ${needed}, so nobody can be told who they are`;
  const otherwise = 'leave those who have none out by peopleFilter, or name another attribute with idAttribute where the kind has it';
  const fix = readingFix(`Let it read ${needed} of all people, ${otherwise}`);
  return { rights: [missingRight('read', problem, fix), ...unknownRights(problem).filter(({ verb }) => verb !== 'read')], tooMuch: [] };
}

/** What was found on one person: a right is there, is not there, or cannot be told. */
export interface PersonFinding {
  readonly dn: string;
  readonly held: boolean | null;
}

/**
 * One right over all the people looked at. Some with and some without it is `ok` with a problem: the rights cover only a part of the
 * people that the configuration covers, and only the operator knows which of the two is meant.
 */
export function rightOverPeople(
  verb: DirectoryVerb,
  findings: readonly PersonFinding[],
  texts: { readonly missing: string; readonly unknown: string; readonly fix: string },
): DirectoryRight {
  const lacking = findings.filter(({ held }) => held === false);
  const [example] = lacking;
  if (example !== undefined) {
    const problem = `${texts.missing} on ${lacking.length} of ${findings.length} people looked at, such as ${example.dn}`;
    if (!findings.some(({ held }) => held === true)) return missingRight(verb, problem, texts.fix);
    const narrow = 'Narrow baseDn or peopleFilter to the people it is meant for';
    return { verb, ok: true, problem, fix: withLines(`${narrow}, or grant it to the others too`, ...fixParts(texts.fix).lines) };
  }
  return findings.some(({ held }) => held === true) ? heldRight(verb) : unknownRight(verb, texts.unknown);
}
