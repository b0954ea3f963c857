import type { Client, FactorKind } from '../../../shared/api/journeys.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { judgeCombinations } from '../../core/enrolment/judge-combinations.ts';
import type { Account } from '../../core/ports/directory.ts';
import { type AccountFacts, ownCombinations } from '../../core/proof/rules.ts';
import { usualSituation } from './usual-situation.ts';

/**
 * Lines that tell which combinations that the account's rule of proof accepts these proofs make up, and what the others lack. From which
 * network the person will come is not known: what is told counts from every one.
 */
export function describeCombinations(
  configuration: Configuration,
  account: AccountFacts,
  factors: readonly { kind: FactorKind }[],
): string[] {
  const own = (client: Client['kind']) => ownCombinations(configuration.recovery.rules, usualSituation(configuration, client), account);
  const [elsewhere, atWindows] = [own('web'), own('windows-logon')];
  const differs = JSON.stringify(atWindows) !== JSON.stringify(elsewhere);
  return [...lines(elsewhere, factors, ''), ...(differs ? lines(atWindows, factors, ' at the Windows sign-in screen') : [])];
}

function lines(accepted: FactorKind[][], factors: readonly { kind: FactorKind }[], where: string): string[] {
  if (accepted.length === 0) return [`  cannot recover${where}: no rule of proof accepts anything for this account`];
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
