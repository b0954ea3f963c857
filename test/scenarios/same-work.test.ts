import { afterAll, beforeAll, expect, it } from 'vitest';
import { KINDS, openScene, type Scene, walkOutside } from './every-kind-first.ts';
import { recordVerbs } from './record-verbs.ts';
import { until } from './start-keyturn.ts';

/** What is asked of the database by work of its own, whenever that comes, and what a directory keeps in it. */
const BESIDE =
  /^(outbox|sessions|enrolmentAsks|vouches|invitations|cases|configurations|embedded)\.|^intents\.(takeOverdue|openCount)|^journeys\.noteExpired/;

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
  const told: Record<string, Record<'known' | 'unknown', string[]>> = {};
  for (const kind of KINDS) {
    const of = async (who: 'known' | 'unknown') => {
      // The first time things are noted that stay.
      await walkOutside(scene, { kind, who, nth: 1 });
      await settle();
      asked.length = 0;
      await walkOutside(scene, { kind, who, nth: 1 });
      await settle();
      return asked.filter((verb) => !BESIDE.test(verb)).toSorted();
    };
    told[kind] = { known: await of('known'), unknown: await of('unknown') };
  }
  for (const [kind, { known, unknown }] of Object.entries(told)) expect({ kind, asked: unknown }).toEqual({ kind, asked: known });
  expect(Object.values(told).every(({ known }) => known.includes('factors.ofAccount') && known.includes('audit.append'))).toBe(true);
});
