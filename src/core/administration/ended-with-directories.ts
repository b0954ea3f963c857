import { countOf } from '../../../shared/count-of.ts';
import { accountKey } from '../accounts/candidate.ts';
import type { ConfigurationProblem } from '../configuration/describe-issues.ts';
import type { Json } from '../configuration/diff-configuration.ts';
import type { CoreDeps } from '../core-deps.ts';
import { apiTokenOf } from '../tokens/api-token.ts';

type Deps = Pick<CoreDeps, 'store' | 'clock'>;

/**
 * What ends for good once a change of the configuration takes directories out, or gives them another `id`: the tokens of those who made them
 * with an account there (`endTokensOfLostMakers`), and who is signed in by one. A document shows none of it, so whoever changes it is told
 * before.
 * @param before the version that is replaced, in effect; null: there was none
 */
export async function endedWithDirectories(
  { store, clock }: Deps,
  before: Json | null,
  after: { readonly directories: readonly { readonly id: string }[] },
): Promise<ConfigurationProblem[]> {
  const gone = idsOf(before).filter((id) => !after.directories.some((each) => each.id === id));
  if (gone.length === 0) return [];
  const now = clock.now();
  const tokens = (await store.tokens.list()).map(apiTokenOf).filter(({ expiresAt }) => expiresAt > now);
  const problems = gone.map(async (id): Promise<ConfigurationProblem[]> => {
    const makers = tokens.flatMap(({ maker }) => (maker?.directory === id ? [accountKey(maker)] : []));
    const sessions = await store.sessions.countOpenIn(id, now);
    const ends = [
      ...(makers.length === 0 ? [] : [`${countOf(makers.length, 'token')} of ${countOf(new Set(makers).size, 'maker')}`]),
      ...(sessions === 0 ? [] : [countOf(sessions, 'session')]),
    ];
    if (ends.length === 0) return [];
    const isOne = makers.length + sessions === 1;
    const message = `Without ${id} ${ends.join(' and ')} ${isOne ? 'ends' : 'end'}, and ${isOne ? 'does' : 'do'} not come back with it`;
    return [{ severity: 'warning', path: 'directories', message }];
  });
  return (await Promise.all(problems)).flat();
}

/** Of a document that may not be understood by this release. */
function idsOf(document: Json | null): string[] {
  const directories = (document as { directories?: unknown } | null)?.directories;
  if (!Array.isArray(directories)) return [];
  return directories.flatMap(({ id }: { id?: unknown }) => (typeof id === 'string' ? [id] : []));
}
