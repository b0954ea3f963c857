import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWalDisk, type WalFiles } from './disk.ts';

/** A log whose waits end when the test says so. */
function createManualFiles() {
  const waits: { ended: PromiseWithResolvers<void>; commits: number }[] = [];
  const state = { commits: 0, identity: 'first', opened: 0, closed: 0 };
  const files: WalFiles = {
    identityOf: async () => state.identity,
    async open() {
      const { identity } = state;
      state.opened += 1;
      return {
        identity: async () => identity,
        datasync() {
          const ended = Promise.withResolvers<void>();
          waits.push({ ended, commits: state.commits });
          return ended.promise;
        },
        async close() {
          state.closed += 1;
        },
      };
    },
  };
  return { waits, state, disk: createWalDisk({ path: 'x-wal', commits: () => state.commits, files }) };
}

async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'open';
  promise.then(
    () => {
      state = 'done';
    },
    () => {
      state = 'failed';
    },
  );
  await setImmediate();
  return state;
}

describe('a flush', () => {
  it('is shared by all who committed before it began, and by nobody after', async () => {
    const { waits, state, disk } = createManualFiles();
    state.commits = 2;
    const early = [disk.flush(), disk.flush()];
    await setImmediate();
    state.commits = 3;
    const late = [disk.flush(), disk.flush()];
    await setImmediate();
    expect(waits.map(({ commits }) => commits)).toEqual([2]);
    waits[0]?.ended.resolve();
    expect(await Promise.all(early.map(stateOf))).toEqual(['done', 'done']);
    expect(await Promise.all(late.map(stateOf))).toEqual(['open', 'open']);
    expect(waits.map(({ commits }) => commits)).toEqual([2, 3]);
    waits[1]?.ended.resolve();
    await Promise.all(late);
    await disk.flush();
    expect(waits).toHaveLength(2);
  });

  it('always covers the commits of those it answers', async () => {
    const steps = fc.array(fc.constantFrom('commit', 'flush', 'settled', 'end', 'turn'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { waits, state, disk } = createManualFiles();
        let covered = 0;
        let ended = 0;
        const checks: Promise<void>[] = [];
        const endOne = () => {
          const wait = waits[ended];
          if (wait === undefined) return;
          ended += 1;
          covered = wait.commits;
          wait.ended.resolve();
        };
        for (const step of plan) {
          const { commits } = state;
          if (step === 'commit') state.commits += 1;
          if (step === 'flush') checks.push(disk.flush().then(() => expect(covered).toBeGreaterThanOrEqual(commits)));
          if (step === 'settled') checks.push(disk.settled());
          if (step === 'end') endOne();
          if (step === 'turn') await setImmediate();
        }
        for (let turn = 0; turn < 10 || ended < waits.length; turn += 1) {
          endOne();
          await setImmediate();
        }
        await Promise.all(checks);
      }),
    );
  });

  it('that fails fails those who wait, and everybody from then on', async () => {
    const { waits, state, disk } = createManualFiles();
    state.commits = 1;
    const first = disk.flush();
    await setImmediate();
    state.commits = 2;
    const second = disk.flush();
    const reader = disk.settled();
    waits[0]?.ended.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    for (const work of [first, second, reader, disk.flush(), disk.settled()]) {
      await expect(work).rejects.toMatchObject({ code: 'store.unavailable', details: { reason: 'flush-failed' } });
    }
    expect(() => disk.refuseWhenBroken()).toThrow(expect.objectContaining({ code: 'store.unavailable' }));
    expect(waits).toHaveLength(1);
  });

  it('is of the file that the name stands for now', async () => {
    const { waits, state, disk } = createManualFiles();
    for (const identity of ['first', 'first', 'made anew']) {
      Object.assign(state, { identity, commits: state.commits + 1 });
      const flush = disk.flush();
      await setImmediate();
      waits.at(-1)?.ended.resolve();
      await flush;
    }
    expect(state).toMatchObject({ opened: 2, closed: 1 });
  });
});

describe('what is settled', () => {
  it('waits for what others wait for, and for nothing that nobody does', async () => {
    const { waits, state, disk } = createManualFiles();
    state.commits = 1;
    await disk.settled();
    expect(waits).toEqual([]);
    const flush = disk.flush();
    const reader = disk.settled();
    expect(await stateOf(reader)).toBe('open');
    waits[0]?.ended.resolve();
    await Promise.all([flush, reader]);
  });
});
