import { chooseLanguage } from '../configuration/choose-language.ts';
import type { CoreDeps } from '../core-deps.ts';

/**
 * The language in which the owner of an account is written to: the one that the directory knows of them, else the organisation's.
 * Never the one of whoever asked: an outsider could choose it, and with it how credible the mail looks.
 */
export function ownerLanguage(deps: Pick<CoreDeps, 'texts' | 'configuration'>, known: string | null): string {
  return chooseLanguage(deps, known);
}
