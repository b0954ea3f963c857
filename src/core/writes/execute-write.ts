import { type ErrorCode, isAppError } from '../../../shared/errors.ts';
import { reasonToBar } from '../accounts/judge-account.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Directory, PreparedWrite, WriteOptions, WriteOutcome } from '../ports/directory.ts';
import type { WriteIntent, WriteResult } from './directory-write.ts';
import { findOutcome } from './find-outcome.ts';
import { untilTellable } from './until-tellable.ts';
import { shortenedWindow } from './write-window.ts';

/** Does one write at its directory. */
export type Execute = (directory: Directory, target: PreparedWrite, options: WriteOptions) => Promise<WriteOutcome>;

type Deps = Pick<CoreDeps, 'store' | 'directories' | 'clock' | 'log'>;

/**
 * Has one write done whose intent is committed. A server that cannot be reached any more was sent nothing: the write is prepared
 * anew on the next one, and its intent says so before that one is asked.
 */
export async function executeWrite(deps: Deps, intent: WriteIntent, target: PreparedWrite, execute: Execute): Promise<WriteResult> {
  const directory = deps.directories.get(intent.account.directory);
  const tried = new Set<string>();
  let current = { intent, target };
  for (;;) {
    tried.add(current.target.server);
    try {
      return answered(current.intent, await execute(directory, current.target, { notAfter: intent.window.notAfter }));
    } catch (error) {
      deps.log.error('write.interrupted', { intent: intent.id, directory: intent.account.directory, server: current.target.server, error });
      if (!isNothingSent(error)) return lost(deps, directory, current.intent);
      const failed: WriteResult = { intent: current.intent, status: 'failed', foundBy: 'answer', reason: error.code };
      if (!isServerGone(error) || deps.clock.now() >= intent.window.notAfter) return failed;
      const next = await moved(deps, directory, current.intent, tried);
      if (next === null) return failed;
      current = next;
    }
  }
}

function answered(intent: WriteIntent, outcome: WriteOutcome): WriteResult {
  if (outcome.done) {
    const { server, unmet } = outcome;
    return { intent, status: 'done', foundBy: 'answer', server, unmet };
  }
  const { refusal: reason, detail, server, changeableAt, leftTemporary } = outcome;
  return { intent, status: 'refused', foundBy: 'answer', reason, detail, server, changeableAt, leftTemporary };
}

/** Errors that are not known to come before the write may have come after it. */
function isNothingSent(error: unknown): error is Error & { code: string } {
  return isAppError(error) && error.code !== 'directory.outcome-unknown' && error.code.startsWith('directory.');
}

const GONE: ReadonlySet<string> = new Set<ErrorCode>([
  'directory.unreachable',
  'directory.timed-out',
  'directory.read-only',
  'directory.plain-refused',
  'directory.service-account-refused',
]);

/** Another server may do what this one cannot be asked for. */
function isServerGone({ code }: { code: string }): boolean {
  return GONE.has(code) || code.startsWith('directory.tls-');
}

/**
 * The same write prepared on a server that was not tried yet; null when there is none, or when that one tells something about the
 * account that forbids it.
 */
async function moved(
  deps: Deps,
  directory: Directory,
  intent: WriteIntent,
  tried: ReadonlySet<string>,
): Promise<{ intent: WriteIntent; target: PreparedWrite } | null> {
  try {
    const target = await directory.prepareWrite(intent.account, intent.unlock ? { locks: 'everywhere' } : {});
    if (tried.has(target.server)) return null;
    // The lock is on the server that is gone: to unlock on another one would end nothing.
    if (intent.verb === 'unlock-account' && intent.before.locked === true && target.fingerprint.locked !== true) return null;
    const frozen = await deps.store.freezes.isFrozen(intent.account);
    if (reasonToBar(directory, target.status, target.protection, frozen) !== null) return null;
    const readAt = deps.clock.now();
    if (intent.verb !== 'unlock-account') await untilTellable(deps, [target.fingerprint], readAt);
    const next = { ...intent, server: target.server, before: target.fingerprint, readAt };
    return (await deps.store.intents.amend(intent.id, JSON.stringify(next), intent.window.leaseUntil)) ? { intent: next, target } : null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return null;
  }
}

/**
 * The last request of it was sent before now, and in time: what it does it does within its time limit, so the account waits no longer
 * than that.
 */
async function lost(deps: Deps, directory: Directory, intent: WriteIntent): Promise<WriteResult> {
  const window = shortenedWindow(Math.min(deps.clock.now(), intent.window.notAfter), directory.timeLimits);
  const shortened = { ...intent, window };
  const result = await findOutcome(deps, shortened);
  if (result.status === 'open') await deps.store.intents.amend(intent.id, JSON.stringify(shortened), window.leaseUntil);
  return result;
}
