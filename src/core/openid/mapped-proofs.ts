import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { OpenIdSettings } from '../configuration/open-id-section.ts';
import type { ProviderClaims } from '../ports/open-id-provider.ts';

/** The kinds of proof that a sign-in at the provider counts as: those of the first entry that holds; none where none does. */
export function mappedProofs({ proofs }: Pick<OpenIdSettings, 'proofs'>, { acr, amr }: Pick<ProviderClaims, 'acr' | 'amr'>): FactorKind[] {
  const found = proofs.find(
    (entry) =>
      (entry.acr !== undefined || entry.amr !== undefined) &&
      (entry.acr === undefined || (acr !== null && entry.acr.includes(acr))) &&
      (entry.amr === undefined || entry.amr.every((method) => amr.includes(method))),
  );
  return [...new Set(found?.kinds ?? [])];
}
