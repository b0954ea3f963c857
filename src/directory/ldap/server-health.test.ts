import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterOpening,
  afterRequest,
  afterTrial,
  afterTrialBegan,
  healthy,
  isTrialDue,
  mostTroubles,
  quick,
  type ServerHealth,
  type TrialOutcome,
} from './server-health.ts';

const pause = 15_000;

type Happening =
  | { kind: 'request'; outcome: 'answered' | 'troubled' }
  | { kind: 'opening'; outcome: 'failed' | 'refused'; took: number }
  | { kind: 'due'; nothingElse: boolean }
  | { kind: 'trial'; outcome: TrialOutcome };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('request' as const), outcome: fc.constantFrom('answered' as const, 'troubled' as const) }),
  fc.record({
    kind: fc.constant('opening' as const),
    outcome: fc.constantFrom('failed' as const, 'refused' as const),
    took: fc.nat(5000),
  }),
  fc.record({ kind: fc.constant('due' as const), nothingElse: fc.boolean() }),
  fc.record({ kind: fc.constant('trial' as const), outcome: fc.constantFrom('passed' as const, 'failed' as const, 'refused' as const) }),
);
const history = fc.array(fc.record({ after: fc.nat(20_000), happening }), { maxLength: 60 });

function step(health: ServerHealth, what: Happening, now: number): ServerHealth {
  switch (what.kind) {
    case 'request':
      return afterRequest(health, what.outcome, now, pause);
    case 'opening':
      return afterOpening(health, what.outcome, now, what.took, pause);
    case 'due':
      return isTrialDue(health, now, what.nothingElse) ? afterTrialBegan(health, now) : health;
    case 'trial':
      return health.trialSince === null ? health : afterTrial(health, what.outcome, now, pause);
  }
}

/** Walks through a history and looks at each step. */
function walk(
  steps: { after: number; happening: Happening }[],
  start: number,
  look: (before: ServerHealth, what: Happening, after: ServerHealth, now: number) => void,
): ServerHealth {
  let health = healthy;
  let now = start;
  for (const { after, happening: what } of steps) {
    now += after;
    const next = step(health, what, now);
    look(health, what, next, now);
    health = next;
  }
  return health;
}

describe('the health of a server', () => {
  it('turns bad by an opening that failed or by troubles in a row, and in no other way', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let inARow = 0;
        walk(steps, 0, (before, what, after) => {
          if (before.down !== null) inARow = 0;
          else if (what.kind === 'request') inARow = what.outcome === 'answered' ? 0 : inARow + 1;
          const cause =
            what.kind === 'opening' ||
            (what.kind === 'trial' && what.outcome !== 'passed' && before.trialSince !== null) ||
            inARow >= mostTroubles;
          if (before.down === null) expect(after.down !== null).toBe(cause);
        });
      }),
    );
  });

  it('turns good by a trial that passed, and in no other way', () => {
    fc.assert(
      fc.property(history, (steps) => {
        walk(steps, 0, (before, what, after) => {
          if (before.down === null) return;
          expect(after.down === null).toBe(what.kind === 'trial' && what.outcome === 'passed' && before.trialSince !== null);
        });
      }),
    );
  });

  it('has one trial at a time', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, nothingElse) => {
        walk(steps, 0, (before, what, after, now) => {
          if (after.trialSince !== null) expect(isTrialDue(after, now + 1e9, nothingElse)).toBe(false);
          if (before.trialSince !== null && what.kind !== 'trial') expect(after.trialSince).toBe(before.trialSince);
        });
      }),
    );
  });

  it('never keeps a server out for good: a trial is due within the pause, whatever happened', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, nothingElse) => {
        let now = 0;
        let health = walk(steps, 0, (_, __, ___, at) => {
          now = at;
        });
        if (health.trialSince !== null) health = afterTrial(health, 'failed', now, pause);
        if (health.down !== null) expect(isTrialDue(health, now + pause, nothingElse)).toBe(true);
      }),
    );
  });

  it('lets work with nowhere else to go ask a silent server again as soon as it has been left alone for as long as it took', () => {
    fc.assert(
      fc.property(fc.integer({ min: quick + 1, max: 5000 }), (took) => {
        const silent = afterTrial(afterTrialBegan(afterOpening(healthy, 'failed', 0, took, pause), took), 'failed', 2 * took, pause);
        expect(isTrialDue(silent, 3 * took - 1, true)).toBe(false);
        expect(isTrialDue(silent, 3 * took, true)).toBe(true);
        expect(isTrialDue(silent, 3 * took, false)).toBe(3 * took >= 2 * took + pause);
      }),
    );
  });

  it('does not ask a server that refused the service account before the pause is over, whoever waits', () => {
    const refused = afterOpening(healthy, 'refused', 0, 5, pause);
    expect([isTrialDue(refused, pause - 1, true), isTrialDue(refused, pause, true)]).toEqual([false, true]);
  });

  it('depends on spans of time alone, not on what the clock shows', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: -1e12, max: 1e12 }), (steps, start) => {
        const seen = (from: number): unknown[] => {
          const list: unknown[] = [];
          walk(steps, from, (_, __, { down, troubles, trialSince }) => list.push([down === null, troubles, trialSince === null]));
          return list;
        };
        expect(seen(start)).toEqual(seen(0));
      }),
    );
  });
});
