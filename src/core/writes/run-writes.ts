import { AppError, isAppError } from '../../../shared/errors.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { PreparedWrite } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { randomId } from '../random-id.ts';
import { closeWrite } from './close-write.ts';
import type { WriteIntent, WriteRequest, WriteResult, WriteVerb } from './directory-write.ts';
import { type Execute, executeWrite } from './execute-write.ts';
import { untilTellable } from './until-tellable.ts';
import { type WriteWindow, widestLimits, writeWindow } from './write-window.ts';

export type WriteDeps = Pick<CoreDeps, 'store' | 'directories' | 'clock' | 'random' | 'log' | 'wakeOutbox'>;

type Request = WriteRequest & { unlock: boolean };

/**
 * The one way in which Keyturn changes something in a directory (AUD-1): the intent is committed, then the directory is
 * asked, then the outcome is committed. Whatever dies in between, the intent is there and the sweeper reads the account
 * to learn what happened. An account has one open intent at most.
 *
 * @param execute does the write at one directory
 * @throws AppError `account.write-open` when another write to one of the accounts is not over; nothing was begun then
 */
export async function runWrites(deps: WriteDeps, verb: WriteVerb, request: Request, execute: Execute): Promise<WriteResult[]> {
  const readAt = deps.clock.now();
  const fingerprints = request.accounts.map(({ fingerprint }) => fingerprint);
  if (verb !== 'unlock-account') await untilTellable(deps, fingerprints, readAt);
  const limits = widestLimits(request.accounts.map(({ account }) => deps.directories.get(account.directory).timeLimits));
  const window = writeWindow(deps.clock.now(), limits);
  const writes = request.accounts.map((target) => ({ target, intent: intentFor(deps, verb, request, { target, readAt, window }) }));
  const intents = writes.map(({ intent }) => intent);
  await deps.store.transaction(async (store) => {
    for (const intent of intents) await openIntent(deps, store, intent, request);
    await request.consume(store, intents);
  });

  const results = await Promise.all(writes.map(({ target, intent }) => executeWrite(deps, intent, target, execute)));

  await writeDown(deps, request, results);
  deps.wakeOutbox('notice');
  return results;
}

function intentFor(
  deps: WriteDeps,
  verb: WriteVerb,
  request: Request,
  facts: { target: PreparedWrite; readAt: number; window: WriteWindow },
): WriteIntent {
  const { journeyId, session, actor, proof, language, unlock } = request;
  const { target, ...times } = facts;
  const { account, server, fingerprint: before } = target;
  const ref = { directory: account.directory, id: account.id };
  const held = session === undefined ? {} : { session };
  return { id: randomId(deps.random), verb, account: ref, journeyId, ...held, actor, proof, language, unlock, server, before, ...times };
}

async function openIntent(deps: WriteDeps, store: Store, intent: WriteIntent, { backing }: Request): Promise<void> {
  const { id, verb, account, journeyId, actor, proof, unlock, window } = intent;
  const opened = await store.intents.insert({
    id,
    verb,
    journeyId,
    directory: account.directory,
    accountId: account.id,
    facts: JSON.stringify(intent),
    status: 'open',
    createdAt: deps.clock.now(),
    closedAt: null,
    leaseUntil: window.leaseUntil,
  });
  if (!opened) throw new AppError('account.write-open', { directory: account.directory });
  const journey = journeyId === null ? {} : { journey: journeyId };
  const restsOn = backing === undefined ? {} : { backing };
  await recordEvent(store, deps.clock, { type: 'write.intended', intent: id, ...journey, actor, account, verb, proof, unlock, ...restsOn });
}

async function writeDown(deps: WriteDeps, request: Request, results: WriteResult[]): Promise<void> {
  const close = async (store: Store): Promise<void> => {
    for (const result of results) await closeWrite(deps, store, result);
  };
  try {
    await deps.store.transaction(async (store) => {
      await close(store);
      await request.conclude(store, results);
    });
  } catch (error) {
    if (!isAppError(error, 'journey.step-passed')) throw error;
    // The sweeper took this process for dead and moved the journey on: what really happened is written down all the same.
    await deps.store.transaction(close);
    throw error;
  }
}
