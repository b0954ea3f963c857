import type { CoreDeps } from '../core-deps.ts';

/**
 * The language to speak: the first of `wanted` that a supported one fits, else the organisation's own. Each is a BCP 47 tag or an
 * Accept-Language header; what fits nothing, "any" (`*`) included, says no more than nothing at all.
 */
export function chooseLanguage(deps: Pick<CoreDeps, 'texts' | 'configuration'>, ...wanted: readonly (string | null | undefined)[]): string {
  for (const each of wanted) {
    const found = deps.texts.match(each);
    if (found !== null) return found;
  }
  return deps.configuration().organisation.defaultLanguage;
}
