import { canonicalJson } from '../audit/canonical-json.ts';
import { type CheckContext, checkSecret, type Report } from './check-context.ts';
import type { Configuration } from './document.ts';

/** Checks of `signIn.openIdConnect`. */
export function checkOpenId({ signIn, directories }: Configuration, context: CheckContext, report: Report): void {
  const { openIdConnect } = signIn;
  if (openIdConnect === undefined) return;
  const at = ['signIn', 'openIdConnect'];
  checkSecret(openIdConnect.clientSecret, [...at, 'clientSecret'], context, report);
  if (!signIn.enabled) report('warning', at, 'Nobody signs in by it while signIn.enabled is false');
  if (!directories.some(({ id }) => id === openIdConnect.directory))
    report('error', [...at, 'directory'], `There is no directory ${openIdConnect.directory}`);
  for (const [index, { acr, amr }] of openIdConnect.proofs.entries())
    if (acr === undefined && amr === undefined) report('error', [...at, 'proofs', index], 'Say by which acr or amr it is known');
}

/** Reports a change of who says who people are: whoever can make one can be anybody. */
export function checkOpenIdKept(before: Pick<Configuration, 'signIn'>, after: Pick<Configuration, 'signIn'>, report: Report): void {
  const of = ({ signIn }: Pick<Configuration, 'signIn'>) => canonicalJson(signIn.openIdConnect ?? null);
  if (after.signIn.openIdConnect !== undefined && of(before) !== of(after))
    report('error', ['signIn', 'openIdConnect'], 'Who says who people are takes a change at the console of a node');
}
