import { describe, expect, it } from 'vitest';
import type { FactorKind } from '../../shared/api/journeys.ts';
import { CLASSES, type Class, KINDS, MEASURES, type Measure, openScene, walkOutside } from './every-kind-first.ts';
import { areaUnderCurve } from './tell-apart.ts';

const LONG = process.env.KEYTURN_LONG !== undefined;
const AT_ONCE = 4;
const ROUNDS = LONG ? Number(process.env.KEYTURN_TIMING_ROUNDS ?? 600) : 7;
/** How far the area under the curve may be from what chance gives. */
const BOUND = 0.02;
/** How much of its own spread, which is about 0.41 / sqrt(n) with n samples of each class, it may be off besides: many are looked at. */
const SPREADS = LONG ? 2.5 : 4.5;
/** Less than what a timer of the machine itself may be off by: what is a difference and cannot be used, milliseconds. */
const NOTICEABLE = 1;

type Samples = Record<Class, Record<Measure, number[]>>;
const noSamples = (): Samples => ({ known: { start: [], choose: [], wrong: [] }, unknown: { start: [], choose: [], wrong: [] } });

function shuffled<T>(values: readonly T[]): T[] {
  const placed = values.map((value) => ({ value, place: Math.random() }));
  return placed.toSorted((left, right) => left.place - right.place).map(({ value }) => value);
}

describe.each(LONG ? (['embedded', 'openldap'] as const) : (['embedded'] as const))('an outsider with a stop-watch, %s', (where) => {
  it(
    'cannot tell a name that is known from one that nobody has, whichever kind of proof comes first',
    async () => {
      const scene = await openScene(where, { holdMilliseconds: 120, settleMilliseconds: LONG ? 500 : 250 });
      const samples = new Map(KINDS.map((kind) => [kind, noSamples()]));
      const one = KINDS.flatMap((kind) => CLASSES.map((who) => ({ kind, who })));
      try {
        for (let round = 0; round <= ROUNDS; round += 1) {
          // The first answers of a process compile code and open connections.
          const into = (kind: FactorKind) => (round === 0 ? null : (samples.get(kind) ?? null));
          const order = shuffled(
            Array.from({ length: AT_ONCE }, (_, place) => one.map((each) => ({ ...each, nth: round * AT_ONCE + place }))).flat(),
          );
          await Promise.all(
            order.map((each) => walkOutside(scene, each, (what, took) => void into(each.kind)?.[each.who][what].push(took))),
          );
        }
      } finally {
        await scene.close();
      }
      const told = KINDS.flatMap((kind) =>
        MEASURES.map((what) => {
          const { known, unknown } = samples.get(kind) ?? noSamples();
          return { what: `${kind}, ${what}`, ...areaUnderCurve(known[what], unknown[what]) };
        }),
      );
      if (LONG)
        for (const { what, area, medians } of told)
          process.stderr.write(`${where} ${what}: ${area.toFixed(4)}, ${medians.toFixed(3)} ms\n`);
      expect(told).toHaveLength(KINDS.length * MEASURES.length);
      const allowed = BOUND + (SPREADS * 0.41) / Math.sqrt(ROUNDS * AT_ONCE);
      expect(told.filter(({ area, medians }) => Math.abs(area - 0.5) > allowed && (LONG || Math.abs(medians) > NOTICEABLE))).toEqual([]);
    },
    2 * 3_600_000,
  );
});
