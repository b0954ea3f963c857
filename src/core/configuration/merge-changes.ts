import { applyChanges, type Change, diffConfiguration, type Json } from './diff-configuration.ts';
import type { DocumentPath } from './format-path.ts';

/**
 * What two people made of the same document, laid over each other: both changes, where they are about different things. null: they
 * are not, or one of them moved entries of a list that the other changed, so that nobody knows which one was meant.
 */
export function mergeChanges(base: Json, theirs: Json, mine: Json): Json | null {
  const [first, second] = [diffConfiguration(base, theirs), diffConfiguration(base, mine)];
  if (first.some((one) => second.some((other) => isSameThing(one, other)))) return null;
  const moved = (one: readonly Change[], other: readonly Change[]) =>
    listsResized(one, base).some((list) => other.some(({ path }) => startsWith(path, list)));
  if (moved(first, second) || moved(second, first)) return null;
  return applyChanges(theirs, second) ?? null;
}

function isSameThing({ path }: Change, { path: other }: Change): boolean {
  return startsWith(path, other) || startsWith(other, path);
}

/** Lists that have more or fewer entries afterwards. */
function listsResized(changes: readonly Change[], base: Json): DocumentPath[] {
  return changes
    .filter(({ path, before, after }) => typeof path.at(-1) === 'number' && (before === undefined || after === undefined))
    .map(({ path }) => path.slice(0, -1))
    .filter((path) => Array.isArray(valueAt(base, path)));
}

function valueAt(document: Json, path: DocumentPath): Json | undefined {
  let value: Json | undefined = document;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, Json>)[key] : undefined;
  return value;
}

function startsWith(path: DocumentPath, start: DocumentPath): boolean {
  return start.length <= path.length && start.every((key, index) => path[index] === key);
}
