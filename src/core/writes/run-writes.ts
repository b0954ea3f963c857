import { isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Directory, PreparedWrite, WriteOutcome } from '../ports/directory.ts';
import { randomId } from '../random-id.ts';
import { closeWrite } from './close-write.ts';
import type { WriteIntent, WriteRequest, WriteResult, WriteVerb } from './directory-write.ts';
import { findOutcome, wasSetJustNow } from './find-outcome.ts';

/** How long a process has for a write before the sweeper takes it for dead. Longer than every directory time limit together. */
export const WRITE_LEASE = 120_000;

/** Milliseconds. */
const SECOND_LOOK_AFTER = 1000;

/** Does one write at its directory. */
export type Execute = (directory: Directory, target: PreparedWrite) => Promise<WriteOutcome>;

export type WriteDeps = Pick<CoreDeps, 'store' | 'directories' | 'clock' | 'random' | 'log' | 'wakeOutbox'>;

/**
 * The one way in which Keyturn changes something in a directory (AUD-1): the intent is committed, then the directory is
 * asked, then the outcome is committed. Whatever dies in between, the intent is there and the sweeper reads the account
 * to learn what happened.
 *
 * @param execute does the write at one directory
 * @throws AppError `directory.*` when the state before the write cannot be read; nothing was begun then
 */
export async function runWrites(
  deps: WriteDeps,
  verb: WriteVerb,
  request: WriteRequest & { unlock: boolean },
  execute: Execute,
): Promise<WriteResult[]> {
  const readAt = deps.clock.now();
  const writes = request.accounts.map((target) => ({ target, intent: intentFor(deps, verb, request, target, readAt) }));
  const intents = writes.map(({ intent }) => intent);
  // A second write within the same second could not be told from none, should its answer be lost.
  if (verb === 'reset-password' && intents.some(({ before }) => before.revision === undefined && wasSetJustNow(before, readAt))) {
    await deps.clock.sleep(1000);
  }
  await deps.store.transaction(async (store) => {
    const now = deps.clock.now();
    for (const intent of intents) {
      const { id, account, journeyId, actor, proof, unlock } = intent;
      const facts = JSON.stringify(intent);
      await store.intents.insert({
        id,
        verb,
        journeyId,
        directory: account.directory,
        accountId: account.id,
        facts,
        status: 'open',
        createdAt: now,
        closedAt: null,
        leaseUntil: now + WRITE_LEASE,
      });
      const journey = journeyId === null ? {} : { journey: journeyId };
      await recordEvent(store, deps.clock, { type: 'write.intended', intent: id, ...journey, actor, account, verb, proof, unlock });
    }
    await request.consume(store, intents);
  });

  const results = await Promise.all(writes.map(({ target, intent }) => executeOne(deps, intent, target, execute)));

  await deps.store.transaction(async (store) => {
    for (const result of results) await closeWrite(deps, store, result);
    await request.conclude(store, results);
  });
  deps.wakeOutbox('notice');
  return results;
}

function intentFor(
  deps: WriteDeps,
  verb: WriteVerb,
  request: WriteRequest & { unlock: boolean },
  target: PreparedWrite,
  readAt: number,
): WriteIntent {
  const { journeyId, actor, proof, language, unlock } = request;
  const { account, server, fingerprint: before } = target;
  const ref = { directory: account.directory, id: account.id };
  return { id: randomId(deps.random), verb, account: ref, journeyId, actor, proof, language, unlock, server, before, readAt };
}

async function executeOne(deps: WriteDeps, intent: WriteIntent, target: PreparedWrite, execute: Execute): Promise<WriteResult> {
  try {
    const outcome = await execute(deps.directories.get(intent.account.directory), target);
    if (outcome.done) {
      const { server, unmet } = outcome;
      return { intent, status: 'done', foundBy: 'answer', server, ...(unmet === undefined ? {} : { unmet }) };
    }
    const { refusal, detail, server, changeableAt, leftTemporary } = outcome;
    return {
      intent,
      status: 'refused',
      foundBy: 'answer',
      reason: refusal,
      detail,
      server,
      ...(changeableAt === undefined ? {} : { changeableAt }),
      ...(leftTemporary === undefined ? {} : { leftTemporary }),
    };
  } catch (error) {
    deps.log.error('write.interrupted', { intent: intent.id, directory: intent.account.directory, error });
    // Errors that are not known to come before the write may have come after it.
    if (isAppError(error) && error.code !== 'directory.outcome-unknown' && error.code.startsWith('directory.')) {
      return { intent, status: 'failed', foundBy: 'answer', reason: error.code };
    }
    const found = await findOutcome(deps, intent);
    if (found.status !== 'failed') return found;
    // A server may still be at work on a request whose answer was lost, or at its books about it: looked at once more.
    await deps.clock.sleep(SECOND_LOOK_AFTER);
    return findOutcome(deps, intent);
  }
}
