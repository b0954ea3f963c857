import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { judgeCombinations } from '../../core/enrolment/judge-combinations.ts';
import { acceptedCombinations } from '../../core/journey/accepted-combinations.ts';
import type { Account } from '../../core/ports/directory.ts';

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

/** What is to be known of addresses that the directory should have and does not show; hidden ones look like none. */
export function describeContacts({ directories }: Configuration, account: Pick<Account, 'directory' | 'contacts'>): string[] {
  const email = directories.find(({ id }) => id === account.directory)?.contacts.email;
  if (email === undefined || account.contacts.email.length > 0) return [];
  const except = email.exceptDomains.length === 0 ? '' : ', or is left out by exceptDomains';
  return [
    `  the directory shows no address in ${email.attributes.join(', ')} that counts: there is none, the service account may not read it${except}`,
  ];
}
