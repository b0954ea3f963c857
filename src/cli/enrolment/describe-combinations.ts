import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { judgeCombinations } from '../../core/enrolment/judge-combinations.ts';
import { acceptedCombinations } from '../../core/journey/accepted-combinations.ts';

/** Lines that tell which accepted combinations these proofs make up, and what the others lack. */
export function describeCombinations(configuration: Configuration, factors: readonly { kind: FactorKind }[]): string[] {
  const elsewhere = acceptedCombinations(configuration, { kind: 'web' });
  const atWindows = acceptedCombinations(configuration, { kind: 'windows-logon' });
  const own = JSON.stringify(atWindows) !== JSON.stringify(elsewhere);
  return [...lines(elsewhere, factors, ''), ...(own ? lines(atWindows, factors, ' at the Windows sign-in screen') : [])];
}

function lines(accepted: FactorKind[][], factors: readonly { kind: FactorKind }[], where: string): string[] {
  return judgeCombinations(accepted, factors).map(({ kinds, missing }) =>
    missing.length === 0
      ? `  can recover by ${kinds.join(' + ')}${where}`
      : `  cannot recover by ${kinds.join(' + ')}${where}: no ${missing.join(', no ')}`,
  );
}
