import { AppError, isAppError } from '../../../shared/errors.ts';
import { accountKey } from '../accounts/candidate.ts';
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

type Request = WriteRequest & { unlock: boolean; mustChange?: boolean };

/** Times that an outcome is taken down in a journey that moves meanwhile. */
const MOST_TRIES = 5;

/**
 * The one way in which Keyturn changes something in a directory (AUD-1): the intent is committed, then the directory is
 * asked, then the outcome is committed. Whatever dies in between, the intent is there and the sweeper reads the account
 * to learn what happened. An account has one open intent at most: of several accounts one that is being written to is left out, as a
 * write that failed before it began (`account.write-open`).
 *
 * @param execute does the write at one directory
 * @throws AppError `account.write-open` when that leaves none; nothing was begun then
 */
export async function runWrites(deps: WriteDeps, verb: WriteVerb, request: Request, execute: Execute): Promise<WriteResult[]> {
  const readAt = deps.clock.now();
  const fingerprints = request.accounts.map(({ fingerprint }) => fingerprint);
  if (verb !== 'unlock-account') await untilTellable(deps, fingerprints, readAt);
  const limits = widestLimits(request.accounts.map(({ account }) => deps.directories.get(account.directory).timeLimits));
  const window = writeWindow(deps.clock.now(), limits);
  // In one order everywhere, so that two who write to the same accounts never wait for each other.
  // Stryker disable next-line EqualityOperator: no two are the same
  const targets = request.accounts.toSorted((one, other) => (accountKey(one.account) < accountKey(other.account) ? -1 : 1));
  const writes = targets.map((target) => ({ target, intent: intentFor(deps, verb, request, { target, readAt, window }) }));
  const opened = await deps.store.transaction(async (store) => {
    const begun: typeof writes = [];
    // All of them before the log, whose end the first event locks: whoever holds one of the accounts waits for it next.
    for (const write of writes) if (await openIntent(deps, store, write.intent)) begun.push(write);
    for (const { intent } of begun) await tellIntended(deps, store, intent, request);
    const [first] = request.accounts;
    if (begun.length === 0 && first !== undefined) throw new AppError('account.write-open', { directory: first.account.directory });
    for (const { intent } of writes.filter((write) => !begun.includes(write))) await tellNotBegun(deps, store, intent);
    await request.consume(
      store,
      begun.map(({ intent }) => intent),
    );
    return begun;
  });

  const results = await Promise.all(
    writes.map(
      ({ target, intent }): Promise<WriteResult> =>
        opened.some((write) => write.intent === intent) ? executeWrite(deps, intent, target, execute) : Promise.resolve(notBegun(intent)),
    ),
  );

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
  const { journeyId, session, actor, proof, language, bySetUp, unlock, mustChange, logEnd } = request;
  const { target, ...times } = facts;
  const { account, server, fingerprint: before } = target;
  const ref = { directory: account.directory, id: account.id };
  return {
    id: randomId(deps.random),
    verb,
    account: ref,
    journeyId,
    session,
    actor,
    proof,
    language,
    bySetUp,
    unlock,
    mustChange,
    server,
    before,
    logEnd,
    ...times,
  };
}

function notBegun(intent: WriteIntent): WriteResult {
  return { intent, status: 'failed', foundBy: 'answer', reason: 'account.write-open' };
}

async function tellNotBegun(deps: WriteDeps, store: Store, { verb, account, journeyId, actor }: WriteIntent): Promise<void> {
  const journey = journeyId ?? undefined;
  await recordEvent(store, deps.clock, { type: 'write.not-begun', journey, actor, account, verb, reason: 'account.write-open' });
}

/** @returns false: another write to the account is not over */
function openIntent(deps: WriteDeps, store: Store, intent: WriteIntent): Promise<boolean> {
  const { id, verb, account, journeyId, window } = intent;
  return store.intents.insert({
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
}

async function tellIntended(deps: WriteDeps, store: Store, intent: WriteIntent, { backing }: Request): Promise<void> {
  const { id, verb, account, journeyId, actor, proof, unlock } = intent;
  const journey = journeyId ?? undefined;
  await recordEvent(store, deps.clock, { type: 'write.intended', intent: id, journey, actor, account, verb, proof, unlock, backing });
}

async function writeDown(deps: WriteDeps, request: Request, results: WriteResult[]): Promise<void> {
  const close = async (store: Store): Promise<void> => {
    for (const result of results) await closeWrite(deps, store, result);
  };
  for (let tries = 1; ; tries += 1) {
    try {
      await deps.store.transaction(async (store) => {
        await close(store);
        await request.conclude(store, results);
      });
      return;
    } catch (error) {
      if (!isAppError(error, 'journey.step-passed')) throw error;
      // The sweeper took this process for dead and took down the outcome of another account at the same moment.
      if (tries < MOST_TRIES) continue;
      // It moved the journey on: what really happened is written down all the same.
      await deps.store.transaction(close);
      throw error;
    }
  }
}
