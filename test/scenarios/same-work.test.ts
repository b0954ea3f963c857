import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { CLASSES, type Class, KINDS, openScene, type Scene, walkOutside } from './every-kind-first.ts';
import { recordVerbs } from './record-verbs.ts';
import { until } from './start-keyturn.ts';

/** What is asked of the database by work of its own, whenever that comes, and what a directory keeps in it. */
const BESIDE =
  /^(outbox|sessions|enrolmentAsks|vouches|invitations|cases|configurations|embedded)\.|^intents\.(takeOverdue|openCount)|^journeys\.noteExpired/;

const TIMES = 6;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene('embedded', { holdMilliseconds: 0, settleMilliseconds: 0 });
});
afterAll(() => scene?.close());

/** Notices and mails read what is enrolled, too: none is under way. */
const settle = () =>
  until(
    async () => (await scene.keyturn.deps.store.outbox.backlog(scene.keyturn.clock.now())).every(({ waiting }) => waiting === 0),
    'an empty outbox',
  );

/**
 * The holding back of answers hides what a name takes, as long as a node has the time for it. On one that has not, each question to the
 * database that is asked for somebody and not for nobody would show.
 */
it('the database is asked the same for a name that is known as for one that nobody has, whichever kind of proof comes first', async () => {
  await settle();
  const { asked } = recordVerbs(scene.keyturn.deps.store);
  const askedFor = async (kind: FactorKind, who: Class) => {
    await settle();
    asked.length = 0;
    await walkOutside(scene, { kind, who, nth: 1 });
    await settle();
    return asked.filter((verb) => !BESIDE.test(verb)).toSorted();
  };
  for (const kind of KINDS) {
    // The first time things are noted that stay.
    for (const who of CLASSES) await walkOutside(scene, { kind, who, nth: 1 });
    let known: string[] = [];
    let unknown: string[] = [];
    // What a node does at times of its own falls into one of them now and then; what belongs to a name is there each time.
    for (let times = 0; times < TIMES && (times === 0 || !isDeepStrictEqual(known, unknown)); times += 1) {
      [known, unknown] = [await askedFor(kind, 'known'), await askedFor(kind, 'unknown')];
    }
    expect({ kind, asked: unknown }).toEqual({ kind, asked: known });
    expect(known).toEqual(expect.arrayContaining(['people.recordOf', 'audit.append']));
  }
});
