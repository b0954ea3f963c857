import type { Client, FactorKind } from '../../../shared/api/journeys.ts';
import { readRuleFacts } from '../../core/accounts/read-rule-facts.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { judgeCombinations } from '../../core/enrolment/judge-combinations.ts';
import { usualSituation } from '../../core/journey/usual-situation.ts';
import type { Account } from '../../core/ports/directory.ts';
import { ownCombinations, type RuleFacts } from '../../core/proof/rules.ts';
import type { FoundAccount } from '../find-account.ts';

/**
 * Lines that tell which combinations that the account's rule of proof accepts these proofs make up, and what the others lack. From which
 * network the person will come is not known: what is told counts from every one.
 */
export async function describeCombinations(
  configuration: Configuration,
  { account, directory }: FoundAccount,
  factors: readonly { kind: FactorKind }[],
): Promise<string[]> {
  return describeKnown(configuration, await readRuleFacts(directory, configuration.recovery.rules, account), factors);
}

/** The same where it is known already what the rules of proof ask of the account. */
export function describeKnown(configuration: Configuration, facts: RuleFacts, factors: readonly { kind: FactorKind }[]): string[] {
  const own = (client: Client['kind']) => ownCombinations(configuration.recovery.rules, usualSituation(configuration, client), facts);
  const [elsewhere, atWindows] = [own('web'), own('windows-logon')];
  const differs = JSON.stringify(atWindows) !== JSON.stringify(elsewhere);
  const unknown = Object.entries({ ...facts.membership.places, ...facts.membership.groups }).filter(([, verdict]) => verdict === null);
  return [
    ...unknown.map(([name]) => `  the directory does not tell whether the account belongs to ${name}: proofs must be enough either way`),
    ...lines(elsewhere, factors, ''),
    ...(differs ? lines(atWindows, factors, ' at the Windows sign-in screen') : []),
  ];
}

function lines(accepted: FactorKind[][], factors: readonly { kind: FactorKind }[], where: string): string[] {
  if (accepted.length === 0) return [`  cannot recover${where}: no rule of proof accepts anything for this account`];
  return judgeCombinations(accepted, factors).map(({ kinds, missing }) =>
    missing.length === 0
      ? `  can recover by ${kinds.join(' + ')}${where}`
      : `  cannot recover by ${kinds.join(' + ')}${where}: no ${missing.join(', no ')}`,
  );
}

/** What is to be known of addresses and numbers that the directory should have and does not show; hidden ones look like none. */
export function describeContacts({ directories }: Configuration, account: Pick<Account, 'directory' | 'contacts'>): string[] {
  const { email, sms } = directories.find(({ id }) => id === account.directory)?.contacts ?? {};
  const except = (email?.exceptDomains ?? []).length === 0 ? '' : ', or is left out by exceptDomains';
  const none = (what: string, attributes: readonly string[], more: string) =>
    `  the directory shows no ${what} in ${attributes.join(', ')} that counts: there is none, the service account may not read it${more}`;
  return [
    ...(email === undefined || account.contacts.email.length > 0 ? [] : [none('address', email.attributes, except)]),
    ...(sms === undefined || account.contacts.sms.length > 0
      ? []
      : [none('number', sms.attributes, `, or it is no mobile number of ${sms.countries.join(', ')}`)]),
  ];
}
