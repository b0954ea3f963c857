import { type DocumentPath, formatPath } from './format-path.ts';

/** Plain JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One difference. `undefined` means "not there". Secrets in a configuration are references, so values may be shown. */
export interface Change {
  path: DocumentPath;
  before: Json | undefined;
  after: Json | undefined;
}

/** The same for people and for other programs: its path as text. */
export interface PlainChange {
  path: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** Changes as they leave: in an event, in an answer. */
export function plainChanges(changes: readonly Change[]): PlainChange[] {
  return changes.map(({ path, before, after }) => ({ path: formatPath(path), before, after }));
}

/**
 * What changes from one document to another, as deep as possible: objects by key, lists by position. A list of plain values is compared as
 * a whole: one more at its beginning moves all others, and nobody could tell from the places which one came.
 * `applyChanges(before, diffConfiguration(before, after))` equals `after`.
 */
export function diffConfiguration(before: Json | undefined, after: Json | undefined, path: DocumentPath = []): Change[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    if ([...before, ...after].every(isPlain)) return isSameList(before, after) ? [] : [{ path, before, after }];
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) => diffConfiguration(before[index], after[index], [...path, index]));
  }
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => diffConfiguration(own(before, key), own(after, key), [...path, key]));
  }
  return equal(before, after) ? [] : [{ path, before, after }];
}

/** A copy of `document` with the changes made. */
export function applyChanges(document: Json | undefined, changes: readonly Change[]): Json | undefined {
  let result = document === undefined ? undefined : structuredClone(document);
  // From the last to the first: entries that go from the end of a list never move the ones before them, and
  // entries that are added are put in by position.
  for (const change of changes.toReversed()) result = applyChange(result, change.path, change.after);
  return result;
}

function applyChange(target: Json | undefined, path: DocumentPath, after: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return after === undefined ? undefined : structuredClone(after);
  if (Array.isArray(target) && typeof key === 'number') {
    const value = applyChange(target[key], rest, after);
    if (value === undefined) target.splice(key, 1);
    else target[key] = value;
  } else if (isObject(target) && typeof key === 'string') {
    const value = applyChange(own(target, key), rest, after);
    if (value === undefined) delete target[key];
    else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return target;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(value: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function isSameList(before: readonly Json[], after: readonly Json[]): boolean {
  return before.length === after.length && before.every((value, index) => Object.is(value, after[index]));
}

/** Only for values that are not both lists or both objects: those are compared part by part. */
function equal(left: Json | undefined, right: Json | undefined): boolean {
  return Object.is(left, right);
}
