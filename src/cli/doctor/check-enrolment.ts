import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { acceptedCombinations } from '../../core/journey/accepted-combinations.ts';
import type { Store } from '../../core/ports/store.ts';
import { type Finding, findingsOf } from './finding.ts';

const FIX = 'Enrol people: docs/handbook/enrolment.md says how';

/** How many people can give each accepted combination of proofs: without them all is in order and nobody can recover anything. */
export async function checkEnrolment(store: Pick<Store, 'factors'>, configuration: Configuration): Promise<Finding[]> {
  const elsewhere = acceptedCombinations(configuration, { kind: 'web' });
  const atWindows = acceptedCombinations(configuration, { kind: 'windows-logon' });
  const isOwn = JSON.stringify(atWindows) !== JSON.stringify(elsewhere);
  return [
    ...(await countEach(store, elsewhere, '')),
    ...(isOwn ? await countEach(store, atWindows, ' at the Windows sign-in screen') : []),
  ];
}

async function countEach({ factors }: Pick<Store, 'factors'>, accepted: readonly FactorKind[][], where: string): Promise<Finding[]> {
  const { ok, warn } = findingsOf('enrolment');
  const counted = await Promise.all(accepted.map(async (kinds) => ({ kinds, people: await factors.countAccounts(kinds) })));
  if (counted.every(({ people }) => people === 0)) {
    const ways = accepted.map((kinds) => kinds.join(' + ')).join(', or ');
    return [warn(`Nobody can recover an account${where}: not one person has enrolled ${ways}`, FIX)];
  }
  return counted.map(({ kinds, people }) =>
    ok(`${people === 1 ? '1 person' : `${people} people`} can recover by ${kinds.join(' + ')}${where}`),
  );
}
