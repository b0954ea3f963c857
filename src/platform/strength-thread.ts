import { Worker } from 'node:worker_threads';
import type { StrengthLevel } from '../../shared/api/journeys.ts';
import type { Log, PasswordStrength } from '../core/ports/platform.ts';
import type { StrengthAnswer, StrengthQuestion } from './strength-worker.ts';

/** In a bundle the worker stands beside it, translated. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './strength-worker.ts' : './strength-worker.js', import.meta.url);

/** All in milliseconds but `waiting` and `remembered`. */
export interface StrengthLimits {
  /** After this an answer goes without the estimate: the rules matter more. */
  deadline: number;
  /** An estimate that takes longer ends with its thread, which may take `starting` to get ready. */
  longest: number;
  starting: number;
  /** Time of the thread that one journey may use up: some hundred usual passwords, a dozen of the worst that can be made. */
  perJourney: number;
  /** Questions that may wait. */
  waiting: number;
  /** The thread ends when it was not needed for so long; the dictionaries take about 80 MB. */
  idle: number;
  /** No new thread so soon after one has failed. */
  pause: number;
  /** Journeys whose use is remembered; each has proven an account, so that nobody has as many. */
  remembered: number;
}

const LIMITS: StrengthLimits = {
  deadline: 1000,
  longest: 3000,
  starting: 30_000,
  perJourney: 6000,
  waiting: 16,
  idle: 5 * 60_000,
  pause: 60_000,
  remembered: 10_000,
};

/** Its dictionaries and hardly more. */
const SMALL = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

interface Question extends StrengthQuestion {
  journey: string;
  answer(level: StrengthLevel | null): void;
}

export interface StrengthThread extends PasswordStrength {
  close(): Promise<void>;
}

/**
 * Estimates strength in one thread beside the event loop, which a password made for it would hold up for a second. Of each
 * journey one question waits at most, the newest: the others are about passwords that nobody sees any more.
 */
export function createStrengthThread(log: Log, limits: StrengthLimits = LIMITS): StrengthThread {
  const used = new Map<string, number>();
  const waiting = new Map<string, Question>();
  let worker: Worker | null = null;
  let isReady = false;
  let asked: Question | null = null;
  let tooLong: NodeJS.Timeout | null = null;
  let idle: NodeJS.Timeout | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;

  function start(): Worker | null {
    if (worker !== null) return worker;
    if (performance.now() - failedAt < limits.pause) return null;
    const begun = new Worker(WORKER, { resourceLimits: SMALL });
    begun.unref();
    begun.on('message', (message: 'ready' | StrengthAnswer) => {
      if (message !== 'ready') return finish(message.level, message.milliseconds);
      isReady = true;
      if (asked !== null) watch(begun, asked, limits.longest);
    });
    begun.on('error', (error) => fail(begun, error));
    isReady = false;
    worker = begun;
    return begun;
  }

  function fail(which: Worker, error: unknown): void {
    if (worker !== which) return;
    worker = null;
    failedAt = performance.now();
    log.error('strength.thread-failed', { error });
    void which.terminate();
    for (const question of waiting.values()) question.answer(null);
    waiting.clear();
    // Before it was ready it was nobody's password that it failed of.
    finish(null, isReady ? limits.perJourney : 0);
  }

  function finish(level: StrengthLevel | null, milliseconds: number): void {
    if (tooLong !== null) clearTimeout(tooLong);
    const done = asked;
    asked = null;
    if (done !== null) {
      charge(done.journey, milliseconds);
      done.answer(level);
    }
    askNext();
  }

  function charge(journey: string, milliseconds: number): void {
    const before = used.get(journey) ?? 0;
    // Moved to the end: the first one is the one that was used longest ago.
    used.delete(journey);
    used.set(journey, before + milliseconds);
    const [oldest] = used.keys();
    if (used.size > limits.remembered && oldest !== undefined) used.delete(oldest);
  }

  function askNext(): void {
    const [next] = waiting.values();
    if (asked !== null || next === undefined) return;
    const thread = start();
    waiting.delete(next.journey);
    if (thread === null) {
      next.answer(null);
      askNext();
      return;
    }
    asked = next;
    thread.postMessage({ password: next.password, known: next.known } satisfies StrengthQuestion);
    watch(thread, next, isReady ? limits.longest : limits.starting);
    stayAwake();
  }

  function watch(thread: Worker, question: Question, milliseconds: number): void {
    if (tooLong !== null) clearTimeout(tooLong);
    tooLong = setTimeout(() => endAsked(thread, question), milliseconds).unref();
  }

  /** A thread that does not answer is replaced by the next question's; the journey that asked has used up its time. */
  function endAsked(thread: Worker, question: Question): void {
    log.warn('strength.too-slow', { journey: question.journey });
    if (worker === thread) worker = null;
    thread.removeAllListeners('message');
    void thread.terminate();
    finish(null, limits.perJourney);
  }

  function stayAwake(): void {
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(() => void end(), limits.idle).unref();
  }

  async function end(): Promise<void> {
    const ended = worker;
    worker = null;
    ended?.removeAllListeners('error');
    await ended?.terminate();
  }

  return {
    prepare() {
      start();
      stayAwake();
    },
    estimate(journey, password, known) {
      if ((used.get(journey) ?? 0) >= limits.perJourney) return Promise.resolve(null);
      if (waiting.size >= limits.waiting && !waiting.has(journey)) return Promise.resolve(null);
      return new Promise((resolve) => {
        const late = setTimeout(() => question.answer(null), limits.deadline);
        const question: Question = {
          journey,
          password,
          known,
          answer(level) {
            clearTimeout(late);
            if (waiting.get(journey) === question) waiting.delete(journey);
            resolve(level);
          },
        };
        waiting.get(journey)?.answer(null);
        waiting.set(journey, question);
        askNext();
      });
    },
    async close() {
      if (idle !== null) clearTimeout(idle);
      if (tooLong !== null) clearTimeout(tooLong);
      for (const question of [...waiting.values(), ...(asked === null ? [] : [asked])]) question.answer(null);
      asked = null;
      await end();
    },
  };
}
