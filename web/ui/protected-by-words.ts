import { readProtectedBy } from '../../shared/protected-by.ts';

/**
 * What protects an account, in the words of a page. @param t of texts that have `protected-by.*`
 * @returns undefined: it is not told, or by a server that knows more
 */
export function protectedByWords(t: (key: never, values: { name: string }) => string, reason: string | null): string | undefined {
  const because = reason === null ? null : readProtectedBy(reason);
  return because === null ? undefined : t(`protected-by.${because.by}` as never, { name: because.name ?? '' });
}
