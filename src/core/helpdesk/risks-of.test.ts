import { expect, it } from 'vitest';
import { risksOf } from './risks-of.ts';

const NOW = 1_000_000;
type Facts = Parameters<typeof risksOf>[0];
const quiet: Facts = {
  factors: [],
  contactChange: 'not-changed',
  recovery: { frozen: false, failures: 0, pausedUntil: 0, suspended: 0, linked: [] } as unknown as Facts['recovery'],
};
const factor = (countsFrom: number | null) => ({ countsFrom }) as Facts['factors'][number];
const recovery = (changes: object): Partial<Facts> => ({ recovery: { ...quiet.recovery, ...changes } });

it.each<[Partial<Facts>, string[]]>([
  [{}, []],
  [{ factors: [factor(null), factor(NOW - 1), factor(NOW)] }, []],
  [{ factors: [factor(null), factor(NOW + 1)] }, ['new-proof']],
  [{ contactChange: 'not-told' }, []],
  [{ contactChange: 'changed' }, ['changed-contact']],
  [{ contactChange: 'not-known' }, ['contact-not-known']],
  [recovery({ frozen: true }), ['frozen']],
  [recovery({ failures: 4 }), []],
  [recovery({ failures: 5 }), ['many-failures']],
  [recovery({ pausedUntil: NOW }), []],
  [recovery({ pausedUntil: NOW + 1 }), ['many-failures']],
  [recovery({ suspended: 1 }), ['suspended']],
  [recovery({ linked: [{}] }), ['linked-held-up']],
  [
    {
      ...recovery({ frozen: true, failures: 9, pausedUntil: NOW + 1, suspended: 2, linked: [{}] }),
      ...{ contactChange: 'changed', factors: [factor(NOW + 1)] },
    },
    ['new-proof', 'changed-contact', 'frozen', 'many-failures', 'suspended', 'linked-held-up'],
  ],
])('of %j an agent is told %j', (facts, risks) => {
  expect(risksOf({ ...quiet, ...facts }, NOW)).toEqual(risks);
});
