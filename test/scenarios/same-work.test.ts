import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { newLogin } from '../conformance/samples.ts';
import { CLASSES, type Class, KINDS, NAMES, openScene, type Scene, walkOutside, walkToQuestion } from './every-kind-first.ts';
import { recordVerbs } from './record-verbs.ts';
import { recordWork, type Work } from './record-work.ts';
import { addPerson } from './sample-directory.ts';
import { until } from './start-keyturn.ts';

/** What is asked of the database by work of its own, whenever that comes, and what a directory keeps in it. */
const BESIDE =
  /^(outbox|sessions|enrolmentAsks|vouches|invitations|cases|configurations|embedded)\.|^intents\.(takeOverdue|open|openCount)\b|^journeys\.noteExpired/;

const TIMES = 6;

let scene: Scene;
let work: ReturnType<typeof recordWork>;
beforeAll(async () => {
  scene = await openScene('embedded', { holdMilliseconds: 0, settleMilliseconds: 0 });
  work = recordWork();
});
afterAll(async () => {
  work?.stop();
  await scene?.close();
});

/** Notices and mails read what is enrolled, too: none is under way. */
const settle = () =>
  until(
    async () => (await scene.keyturn.deps.store.outbox.backlog(scene.keyturn.clock.now())).every(({ waiting }) => waiting === 0),
    'an empty outbox',
  );

/** What was asked of the database, and what was computed. */
interface Done {
  asked: string[];
  work: Work;
}

/** Two names of which nobody may learn which one is somebody's. */
const PAIRS = {
  'somebody who has everything': { who: 'known', nth: 1 },
  'somebody who has a mail address and an authenticator': { who: 'known', nth: 8 },
  nobody: { who: 'unknown', nth: 1 },
} as const satisfies Record<string, { who: Class; nth: number }>;

/**
 * The holding back of answers hides what a name takes, as long as a node has the time for it. On one that has not, each question to the
 * database that is asked for somebody and not for nobody would show, and each value that is opened for them alone.
 */
it('as much is asked of the database and computed for a name that is known as for one that nobody has, whichever kind of proof comes first', async () => {
  const sparse = newLogin();
  await addPerson(scene.keyturn, sparse);
  await scene.keyturn.enrol(sparse);
  scene.names.known.push(sparse);
  await settle();
  const { asked } = recordVerbs(scene.keyturn.deps.store);
  const begin = () => {
    asked.length = 0;
    work.reset();
  };
  const end = (): Done => ({ asked: asked.filter((verb) => !BESIDE.test(verb)).toSorted(), work: work.done() });
  /** Up to the question, and from there to the next one. */
  const doneFor = async (kind: FactorKind, walker: { who: Class; nth: number }) => {
    await settle();
    const parts: Done[] = [];
    const part = async () => {
      await settle();
      parts.push(end());
      begin();
    };
    begin();
    await walkOutside(scene, { kind, ...walker }, (what) => (what === 'start' ? undefined : part()));
    return parts;
  };
  for (const kind of KINDS) {
    // The first time things are noted that stay.
    for (const walker of Object.values(PAIRS)) await walkOutside(scene, { kind, ...walker });
    for (const somebody of ['somebody who has everything', 'somebody who has a mail address and an authenticator'] as const) {
      let known: Done[] = [];
      let unknown: Done[] = [];
      // What a node does at times of its own falls into one of them now and then; what belongs to a name is there each time.
      for (let times = 0; times < TIMES && (times === 0 || !isDeepStrictEqual(known, unknown)); times += 1) {
        [known, unknown] = [await doneFor(kind, PAIRS[somebody]), await doneFor(kind, PAIRS.nobody)];
      }
      expect({ kind, somebody, done: unknown }).toEqual({ kind, somebody, done: known });
      expect(known).toHaveLength(2);
      expect(known[0]?.asked).toEqual(expect.arrayContaining(['people.recordOf', 'people.enrolledOf', 'audit.append']));
      expect(known[1]?.asked).toEqual(expect.arrayContaining(['people.enrolledOf', 'audit.append']));
      expect(known[0]?.work.opened).toBeGreaterThan(10);
    }
  }
});

/** Walkers of each class that give an answer at the same moment. */
const AT_ONCE = 12;

/**
 * One database serves one request after the other, and requests that came in the same moment go on in turns: those of which each has one
 * turn less to wait would all come before the others.
 */
describe('of many answers that come at once', () => {
  it.each(KINDS.filter((kind) => kind !== 'password'))(
    'those for names that are known overtake no others, nor are overtaken: %s',
    async (kind) => {
      await settle();
      const { store } = scene.keyturn.deps;
      const whose = new Map<string, Class>();
      let moved: (Class | undefined)[] = [];
      recordVerbs(store, (verb, [row]) => {
        if (verb === 'journeys.advance') moved.push(whose.get((row as { id: string }).id));
      });
      // Neither class is more often the first of two, nor the first of all.
      const walkers = Array.from({ length: AT_ONCE }, (_, nth) =>
        (nth % 2 === 0 ? CLASSES : CLASSES.toReversed()).map((who) => ({ kind, who, nth: nth % NAMES })),
      ).flat();
      const answers: (() => Promise<void>)[] = [];
      for (const walker of walkers) {
        const { journey, answerWrongly } = await walkToQuestion(scene, walker);
        whose.set(journey, walker.who);
        answers.push(answerWrongly);
      }
      await settle();
      moved = [];
      await Promise.all(answers.map((answer) => answer()));
      expect(moved.toSorted()).toEqual(walkers.map(({ who }) => who).toSorted());
      const places = (who: Class) => moved.flatMap((each, place) => (each === who ? [place] : []));
      const [known, unknown] = CLASSES.map((who) => places(who).reduce((sum, place) => sum + place, 0) / AT_ONCE) as [number, number];
      // All of one class before all of the other would be AT_ONCE apart.
      expect(Math.abs(known - unknown), moved.join(' ')).toBeLessThan(AT_ONCE / 4);
    },
  );
});
