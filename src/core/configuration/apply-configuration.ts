import { AppError } from '../../../shared/errors.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Actor } from '../audit/events.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../ports/platform.ts';
import type { ConfigurationRow, Store } from '../ports/store.ts';
import { endSetUp } from '../set-up/set-up.ts';
import { checkConfiguration, problemLines } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';
import type { ConfigurationProblem } from './describe-issues.ts';
import { type Change, diffConfiguration, type Json, plainChanges } from './diff-configuration.ts';
import type { Configuration } from './document.ts';
import { inEffect } from './in-effect.ts';

export interface ApplyDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly checkContext: CheckContext;
}

export interface ApplyRequest {
  /** As people write it. */
  document: unknown;
  /** The version it was made from; 0 for the first one. */
  expectedVersion: number;
  actor: Actor;
  /** Name of the person or program, for the list of versions. */
  author: string;
  comment: string;
  /** In the transaction, once the turn of the log is held: throws where it is not to be. What it sees comes before, or after all of this. */
  unless?: (store: Store) => Promise<void>;
  /** What becomes of the set-up, where this is the first configuration; it is over unless this says so. */
  endSetUp?: (store: Store, now: number) => Promise<void>;
  /** In the transaction, where there is a new version: what follows from it. `before`: the one that it replaces; null: there was none. */
  conclude?: (store: Store, change: { before: ConfigurationRow | null; after: Configuration; author: string }) => Promise<void>;
}

export interface AppliedConfiguration {
  /** The version in force now. */
  version: number;
  /** False when the document says what is in force already: no version is added then. */
  changed: boolean;
  /** What differs in effect, defaults filled in on both sides. */
  changes: Change[];
  warnings: ConfigurationProblem[];
  /** With every default filled in. */
  configuration: Configuration;
}

/**
 * Puts a configuration into force: judged as a whole, appended only if nobody else was quicker, and audited with
 * what changed, all in one transaction.
 *
 * @throws AppError `configuration.invalid` with every error under `details.problems`; `configuration.conflict` when
 * the version in force is not the expected one
 */
export async function applyConfiguration(deps: ApplyDeps, request: ApplyRequest): Promise<AppliedConfiguration> {
  const { problems, configuration } = checkConfiguration(request.document, deps.checkContext);
  if (configuration === null) throw new AppError('configuration.invalid', { problems: problemLines(problems, 'error') });
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  const document = canonicalJson(request.document);

  return deps.store.transaction(async (store) => {
    const current = await store.configurations.current();
    const version = current?.version ?? 0;
    const conflict = () => new AppError('configuration.conflict', { expected: request.expectedVersion, current: version });
    if (version !== request.expectedVersion) throw conflict();
    if (current !== null && canonicalJson(JSON.parse(current.document)) === document)
      return { version, changed: false, changes: [], warnings, configuration };

    const changes = diffConfiguration(current === null ? {} : inEffect(current), configuration as unknown as Json);
    const { author, comment, actor } = request;
    const appended = await store.configurations.append(version, { document, createdAt: deps.clock.now(), author, comment });
    if (!appended) throw conflict();
    await recordEvent(store, deps.clock, {
      type: 'configuration.applied',
      actor,
      version: version + 1,
      author,
      comment,
      changes: plainChanges(changes),
    });
    await request.unless?.(store);
    await request.conclude?.(store, { before: current, after: configuration, author });
    if (current === null) await (request.endSetUp ?? endSetUp)(store, deps.clock.now());
    return { version: version + 1, changed: true, changes, warnings, configuration };
  });
}
