import { describe, expect, it } from 'vitest';
import type { ProofRule, Situation } from './rules.ts';
import { situationOfRule } from './situation-of-rule.ts';

const USUAL: Situation = { goal: 'reset-password', client: 'web', address: '203.0.113.9' };

describe('a situation in which a rule can count', () => {
  it.each<[string, ProofRule['when'], Situation | null]>([
    ['nothing', {}, USUAL],
    ['what is usual', { goals: ['unlock-account', 'reset-password'], clients: ['windows-logon', 'web'] }, USUAL],
    ['other goals', { goals: ['sign-in', 'unlock-account', 'find-username'] }, { ...USUAL, goal: 'unlock-account' }],
    ['goals that are not offered', { goals: ['sign-in'] }, null],
    ['no goals', { goals: [] }, null],
    ['another client', { clients: ['windows-logon', 'cli'] }, { ...USUAL, client: 'windows-logon' }],
    ['no client', { clients: [] }, USUAL],
    ['networks', { networks: ['192.0.2.0/24', '198.51.100.0/24'] }, { ...USUAL, address: '192.0.2.0' }],
    ['a single address', { networks: ['192.0.2.7'] }, { ...USUAL, address: '192.0.2.7' }],
    ['no networks', { networks: [] }, USUAL],
    ['nothing of the situation', { directories: ['people'], groups: ['Staff'] }, USUAL],
  ])('that names %s', (_what, when, expected) => {
    expect(situationOfRule({ when }, USUAL, ['find-username', 'unlock-account', 'reset-password'])).toEqual(expected);
  });
});
