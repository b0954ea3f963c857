import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountFingerprint } from '../ports/directory.ts';
import { type Evidence, judgeOutcome, wasSetJustNow } from './judge-outcome.ts';

/** What a directory may tell of a password, and how finely. */
interface Telling {
  /** Times of whole seconds, or a number that grows with each write. */
  seconds: boolean;
  revision: boolean;
  writer: boolean;
  password: boolean;
  /** Tells of the entry, not of the password. */
  anyWrite: boolean;
}

/** Writes to one entry, in order: when (milliseconds), by whom, and whether it set a password or something else. */
interface Write {
  at: number;
  /** `server`: what it keeps about sign-ins, which is nobody's write. */
  by: 'this' | 'keyturn' | 'outside' | 'server';
  sets: 'password' | 'other';
}

const START = 1_800_000_000_000;

/** The entry as a server with these habits shows it after those writes. */
function fingerprintAfter(writes: readonly Write[], { seconds, revision, writer, password, anyWrite }: Telling): AccountFingerprint {
  const passwords = anyWrite ? writes : writes.filter(({ sets }) => sets === 'password');
  const last = passwords.at(-1)?.at ?? START - 86_400_000;
  const by = writes.findLast((write) => write.by !== 'server')?.by;
  return {
    password: password ? (seconds ? String(Math.floor(last / 1000)) : String(passwords.length)) : null,
    passwordSetAt: seconds ? Math.floor(last / 1000) * 1000 : null,
    lock: null,
    locked: null,
    ...(seconds ? { wholeSeconds: true as const } : {}),
    ...(anyWrite ? { anyWrite: true as const } : {}),
    ...(revision ? { revision: String(writes.length) } : {}),
    ...(writer && by !== undefined ? { writer: by === 'outside' ? ('other' as const) : ('self' as const) } : {}),
  };
}

const tellings = fc.record({
  seconds: fc.boolean(),
  revision: fc.boolean(),
  writer: fc.boolean(),
  password: fc.boolean(),
  anyWrite: fc.boolean(),
});
const writesBetween = (from: number, to: number, by: readonly Write['by'][]) =>
  fc
    .array(fc.record({ at: fc.integer({ min: from, max: to }), by: fc.constantFrom(...by), sets: fc.constantFrom('password', 'other') }), {
      maxLength: 3,
    })
    .map((writes) =>
      (writes as Write[])
        .map((write): Write => (write.by === 'server' ? { ...write, sets: 'other' } : write))
        .sort((one, other) => one.at - other.at),
    );

describe('what became of a reset whose answer was lost', () => {
  // Before: anybody. After: this write or not, and at most writes of Keyturn for others, which it knows of.
  const scene = fc.record({
    telling: tellings,
    earlier: writesBetween(START - 5000, START, ['keyturn', 'outside', 'server']),
    happened: fc.boolean(),
    others: writesBetween(START + 1000, START + 9000, ['keyturn', 'outside', 'server']),
    settled: fc.boolean(),
    lastLook: fc.boolean(),
  });

  it('is called done only if it took effect and is the last one, and failed only if it did not', () => {
    fc.assert(
      fc.property(scene, ({ telling, earlier, happened, others, settled, lastLook }) => {
        // run-writes.ts waits for the next second where a second write within one would not show.
        const first = telling.seconds ? START + 1000 : START + 1;
        const own: Write[] = happened ? [{ at: first, by: 'this', sets: 'password' }] : [];
        const after = [...earlier, ...own, ...others];
        const othersWrote = others.some(({ by, sets }) => by === 'keyturn' && sets === 'password');
        const evidence: Evidence = {
          verb: 'reset-password',
          before: fingerprintAfter(earlier, telling),
          readAt: START,
          now: fingerprintAfter(after, telling),
          settled,
          othersWrote,
          lastLook,
          mustChange: false,
        };
        // Something else that Keyturn wrote meanwhile (an unlock) may hide behind a revision; it is known as a write just the same.
        fc.pre(!others.some(({ by, sets }) => by === 'keyturn' && sets === 'other'));
        // A password that somebody else sets cannot be told from ours where the directory does not say who wrote; a telephone number can.
        fc.pre(!others.some(({ by, sets }) => by === 'outside' && sets === 'password'));
        const judged = judgeOutcome(evidence);
        if (judged === 'done') expect({ happened, othersWrote }).toEqual({ happened: true, othersWrote: false });
        if (judged === 'failed') expect({ happened, settled }).toEqual({ happened: false, settled: true });
        expect(judged).not.toBe('left-temporary');
        if (settled && lastLook) expect(judged).not.toBe('open');
      }),
      { numRuns: 3000 },
    );
  });

  it('is never called done where somebody outside set another password and the directory tells who wrote', () => {
    fc.assert(
      fc.property(tellings, fc.boolean(), fc.boolean(), (habits, happened, settled) => {
        const telling = { ...habits, writer: true };
        const own: Write[] = happened ? [{ at: START + 1500, by: 'this', sets: 'password' }] : [];
        const after: Write[] = [...own, { at: START + 3500, by: 'outside', sets: 'password' }];
        const before = fingerprintAfter([], telling);
        const now = fingerprintAfter(after, telling);
        expect(
          judgeOutcome({
            verb: 'reset-password',
            before,
            readAt: START,
            now,
            settled,
            othersWrote: false,
            lastLook: false,
            mustChange: false,
          }),
        ).not.toBe('done');
      }),
    );
  });
});

describe('single judgements', () => {
  const plain: AccountFingerprint = { password: 'a', lock: 'x', locked: true, passwordSetAt: null };
  const evidence = (changes: Partial<Evidence>): Evidence => ({
    verb: 'reset-password',
    before: plain,
    readAt: START,
    now: plain,
    settled: false,
    othersWrote: false,
    lastLook: false,
    mustChange: false,
    ...changes,
  });

  it.each<[string, Partial<Evidence>, string]>([
    ['unchanged while it may still happen', {}, 'open'],
    ['unchanged when it cannot happen any more', { settled: true }, 'failed'],
    ['changed', { now: { ...plain, password: 'b' } }, 'done'],
    ['changed, while Keyturn wrote for somebody else', { now: { ...plain, password: 'b' }, othersWrote: true }, 'unknown'],
    ['changed by somebody else, as the directory says', { now: { ...plain, password: 'b', writer: 'other' } }, 'unknown'],
    [
      'changed to a password that nobody knows, while the second step may still happen',
      { now: { ...plain, password: 'b', temporary: true } },
      'open',
    ],
    ['changed to a password that nobody knows', { now: { ...plain, password: 'b', temporary: true }, settled: true }, 'left-temporary'],
    [
      'changed to a password that has to be changed, as it should be and as the first step leaves it',
      { now: { ...plain, password: 'b', temporary: true }, settled: true, mustChange: true },
      'unknown',
    ],
    ['unreadable', { now: null }, 'open'],
    ['unreadable for too long', { now: null, lastLook: true }, 'unknown'],
    ['of a directory that tells nothing', { before: { ...plain, password: null }, settled: true }, 'unknown'],
    ['of a directory that tells nothing, for now', { now: { ...plain, password: null } }, 'open'],
    [
      'told to be older than before',
      { before: { ...plain, passwordSetAt: 9 }, now: { ...plain, password: 'b', passwordSetAt: 5 }, settled: true },
      'unknown',
    ],
    [
      'marked "must change" before, and by its count not written',
      { before: { ...plain, temporary: true, revision: '4' }, now: { ...plain, temporary: true, revision: '4' }, settled: true },
      'failed',
    ],
    [
      'marked "must change" meanwhile, and by its count not written',
      { before: { ...plain, revision: '4' }, now: { ...plain, password: 'b', revision: '4' }, settled: true },
      'unknown',
    ],
    ['changed, by its count too', { before: { ...plain, revision: '4' }, now: { ...plain, password: 'b', revision: '5' } }, 'done'],
    [
      'with a count that is hidden now',
      { before: { ...plain, revision: '4' }, now: { ...plain, password: 'b' }, settled: true },
      'unknown',
    ],
    ['with a count that was hidden before', { now: { ...plain, password: 'b', revision: '4' }, settled: true }, 'unknown'],
    [
      'marked "must change" before, and the same',
      { before: { ...plain, temporary: true }, now: { ...plain, temporary: true }, settled: true },
      'unknown',
    ],
    [
      'marked "must change" before, where the revision tells that nothing was written',
      { before: { ...plain, temporary: true, revision: '7' }, now: { ...plain, temporary: true, revision: '7' }, settled: true },
      'failed',
    ],
    [
      'marked "must change" before, where the revision tells that something was written',
      { before: { ...plain, temporary: true, revision: '7' }, now: { ...plain, temporary: true, revision: '8' }, settled: true },
      'unknown',
    ],
    [
      'marked "must change" before, of a directory without revisions',
      { before: { ...plain, temporary: true }, now: { ...plain, temporary: true, revision: '7' }, settled: true },
      'unknown',
    ],
    [
      'of an entry to which somebody else had written before, and we since',
      { before: { ...plain, anyWrite: true, writer: 'other' }, now: { ...plain, password: 'b', anyWrite: true, writer: 'self' } },
      'done',
    ],
    [
      'of an entry to which we had written before as well',
      {
        before: { ...plain, anyWrite: true, writer: 'self' },
        now: { ...plain, password: 'b', anyWrite: true, writer: 'self' },
        settled: true,
      },
      'unknown',
    ],
    [
      'of an entry that does not tell who wrote since',
      { before: { ...plain, anyWrite: true, writer: 'other' }, now: { ...plain, password: 'b', anyWrite: true }, settled: true },
      'unknown',
    ],
    [
      'of an entry that does not tell who wrote before',
      { before: { ...plain, anyWrite: true }, now: { ...plain, password: 'b', anyWrite: true, writer: 'self' }, settled: true },
      'unknown',
    ],
    ['told to be as old as before', { before: { ...plain, passwordSetAt: 9 }, now: { ...plain, password: 'b', passwordSetAt: 9 } }, 'done'],
    [
      'told to be newer than before',
      { before: { ...plain, passwordSetAt: 9 }, now: { ...plain, password: 'b', passwordSetAt: 12 } },
      'done',
    ],
    [
      'of which the time was not told before',
      { before: { ...plain, passwordSetAt: null }, now: { ...plain, password: 'b', passwordSetAt: -5 } },
      'done',
    ],
    [
      'of which the time is not told any more',
      { before: { ...plain, passwordSetAt: 9 }, now: { ...plain, password: 'b', passwordSetAt: null } },
      'done',
    ],
    ['hidden by the directory before, and shown now', { before: { ...plain, password: null }, now: plain, settled: true }, 'unknown'],
    [
      'an unlock: what marks a password says nothing of it',
      { verb: 'unlock-account', now: { ...plain, lock: '', locked: false, temporary: true } },
      'done',
    ],
    [
      'an unlock: the lock was not told before',
      { verb: 'unlock-account', before: { ...plain, lock: null }, now: { ...plain, lock: null, locked: false }, settled: true },
      'unknown',
    ],
    [
      'an unlock: the lock is told only since',
      { verb: 'unlock-account', before: { ...plain, lock: null }, now: { ...plain, locked: false }, settled: true },
      'unknown',
    ],
    [
      'an unlock: the lock is not told any more',
      { verb: 'unlock-account', now: { ...plain, lock: null, locked: false }, settled: true },
      'unknown',
    ],
    ['an unlock: open now', { verb: 'unlock-account', now: { ...plain, lock: '', locked: false } }, 'done'],
    ['an unlock: the same lock', { verb: 'unlock-account', settled: true }, 'failed'],
    ['an unlock: locked anew', { verb: 'unlock-account', now: { ...plain, lock: 'y' }, settled: true }, 'unknown'],
    ['an unlock: the lock is not told', { verb: 'unlock-account', now: { ...plain, locked: null }, settled: true }, 'unknown'],
  ])('%s', (_name, changes, expected) => {
    expect(judgeOutcome(evidence(changes))).toBe(expected);
  });
});

describe('a password that may have been set within the second of a reading', () => {
  const MINUTES = 60_000;
  it.each<[string, Partial<AccountFingerprint>, boolean]>([
    ['of a directory that tells fractions', { passwordSetAt: START }, false],
    ['at that time', { wholeSeconds: true, passwordSetAt: START }, true],
    ['at a time that is not told', { wholeSeconds: true, passwordSetAt: null }, true],
    ['within what clocks are apart, before', { wholeSeconds: true, passwordSetAt: START - 10 * MINUTES + 1 }, true],
    ['within what clocks are apart, after', { wholeSeconds: true, passwordSetAt: START + 10 * MINUTES - 1 }, true],
    ['longer ago', { wholeSeconds: true, passwordSetAt: START - 10 * MINUTES }, false],
    ['by a clock that is far ahead', { wholeSeconds: true, passwordSetAt: START + 10 * MINUTES }, false],
  ])('%s', (_name, changes, expected) => {
    expect(wasSetJustNow({ password: 'a', lock: null, locked: null, passwordSetAt: null, ...changes }, START)).toBe(expected);
  });
});
