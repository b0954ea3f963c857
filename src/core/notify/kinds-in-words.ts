import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import type { Texts } from '../ports/platform.ts';

/** Kinds of proofs as a parameter of a message: how they are called there is for its language to say. */
export function kindsParameter(kinds: readonly RemovableKind[] | undefined): { kinds?: string } {
  return kinds === undefined ? {} : { kinds: kinds.join(',') };
}

/** The same in words: "passkey and e-mail address". @param names where their words are: `<names>.<kind>` */
export function kindsInWords(language: string, kinds: string | number, names: string, texts: Texts): string {
  const words = String(kinds)
    .split(',')
    .map((kind) => texts.translate(language, `${names}.${kind}`, {}));
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words);
}
