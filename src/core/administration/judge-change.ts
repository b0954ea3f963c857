import { AppError } from '../../../shared/errors.ts';
import { type CheckedConfiguration, checkConfiguration } from '../configuration/check-configuration.ts';
import { type CheckContext, createReport } from '../configuration/check-context.ts';
import { checkOpenIdKept } from '../configuration/check-open-id.ts';
import { checkProtectionKept } from '../configuration/check-protection-kept.ts';
import type { ConfigurationProblem } from '../configuration/describe-issues.ts';
import { type Change, diffConfiguration, type Json, type PlainChange, plainChanges } from '../configuration/diff-configuration.ts';
import { configurationSchema } from '../configuration/document.ts';
import { inEffect } from '../configuration/in-effect.ts';
import { checkMachineUses, NONE_GIVEN, withinKnown } from '../configuration/machine-uses.ts';
import { mergeChanges } from '../configuration/merge-changes.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { ConfigurationRow } from '../ports/store.ts';
import { endedWithDirectories } from './ended-with-directories.ts';
import { type ChangeNeeds, needsOfChange } from './risk-of-change.ts';

/** A document that somebody wants to put into force who does not have the console, and the version that they made it from. */
export interface WantedChange {
  readonly document: unknown;
  readonly base: number;
}

/** What somebody else has put into force meanwhile. */
export interface OtherChange {
  readonly version: number;
  readonly author: string;
  readonly comment: string;
  readonly at: number;
  /** From the base to what is in force. */
  readonly changes: readonly PlainChange[];
  /** The document in force with this change laid over it; null: they are about the same things, or the change is not in order. */
  readonly merged: Json | null;
}

export interface JudgedChange {
  /** Errors first; `isNew`: the base does not have it. */
  readonly problems: readonly (ConfigurationProblem & { readonly isNew: boolean })[];
  /** With every default filled in; null when there is an error. */
  readonly configuration: CheckedConfiguration['configuration'];
  /** From the base, defaults filled in on both sides; none when there is an error. */
  readonly changes: readonly Change[];
  readonly needs: ChangeNeeds;
  /** null: the base is in force. */
  readonly other: OtherChange | null;
}

/**
 * Judges a change by the version it was made from: all that is wrong with it, what it changes, and what it asks of who makes it.
 * Nothing of this machine is looked at that the base does not name.
 * @param given references whose secrets are not taken from the machine, as who asks has given them: to try it, never to put it into force
 * @throws AppError `configuration.missing` when there is no such version
 */
export async function judgeChange(
  deps: Pick<CoreDeps, 'store' | 'clock'>,
  context: CheckContext,
  { document, base }: WantedChange,
  given = NONE_GIVEN,
): Promise<JudgedChange> {
  const { configurations } = deps.store;
  const [from, current] = await Promise.all([configurations.read(base), configurations.current()]);
  if (from === null || current === null) throw new AppError('configuration.unknown-version', { version: base });
  const before = inEffect(from);
  const known = withinKnown(context, before, given);
  const checked = checkConfiguration(document, known);
  const after = checked.configuration as unknown as Json;
  const { problems: taken, report } = createReport();
  if (checked.configuration !== null) checkMachineUses(before, after, report, given);
  // Of a base that this release does not understand nobody knows what it protects: that is mended at the console.
  const old = configurationSchema.safeParse(JSON.parse(from.document));
  if (checked.configuration !== null && old.success) {
    checkProtectionKept(old.data, checked.configuration, report);
    checkOpenIdKept(old.data, checked.configuration, report);
  }
  if (!old.success) report('error', [], 'The version in force is not understood by this release: mend it at the console of a node');
  const fits = checked.configuration !== null && taken.length === 0;
  const changes = fits ? diffConfiguration(before, after) : [];
  const ended = fits && checked.configuration !== null ? await endedWithDirectories(deps, before, checked.configuration) : [];
  const had = new Set(checkConfiguration(JSON.parse(from.document), known).problems.map(textOf));
  return {
    problems: [...taken, ...checked.problems, ...ended].map((problem) => ({ ...problem, isNew: !had.has(textOf(problem)) })),
    configuration: fits ? checked.configuration : null,
    changes,
    needs: needsOfChange(changes),
    other: from.version === current.version ? null : describeOther(from, current, fits ? (document as Json) : null),
  };
}

function describeOther(from: ConfigurationRow, current: ConfigurationRow, mine: Json | null): OtherChange {
  const { version, author, comment, createdAt: at } = current;
  const changes = plainChanges(diffConfiguration(inEffect(from), inEffect(current)));
  const merged = mine === null ? null : mergeChanges(JSON.parse(from.document) as Json, JSON.parse(current.document) as Json, mine);
  return { version, author, comment, at, changes, merged };
}

function textOf({ path, message }: ConfigurationProblem): string {
  return `${path}: ${message}`;
}
