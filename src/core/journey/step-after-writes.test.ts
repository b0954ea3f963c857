import { describe, expect, it } from 'vitest';
import type { WriteResult } from '../writes/directory-write.ts';
import type { QuestionStep } from './journey-state.ts';
import { stepAfterWrites } from './step-after-writes.ts';

const deps = { random: { bytes: (length: number) => new Uint8Array(length), integer: () => 0 } };
const from: QuestionStep = { id: 'asked', kind: 'new-password', rules: [], anyLocked: false, changeableAt: null };
const intent = { account: { directory: 'ad', id: '1' } } as WriteResult['intent'];
const stepAfter = (...results: Partial<WriteResult>[]) =>
  stepAfterWrites(
    deps,
    'reset-password',
    from,
    'reset-password',
    results.map((result) => ({ intent, status: 'refused', foundBy: 'answer', ...result })),
  );

describe('who was left with a password that nobody knows', () => {
  it.each([
    'account.no-right',
    'account.missing',
    'password.too-young',
    'password.account-locked',
    'password.account-disabled',
    'password.change-not-allowed',
    'password.in-history',
    'password.refused',
  ])('is asked for another one after %s', (reason) => {
    expect(stepAfter({ reason, leftTemporary: true })).toMatchObject({
      kind: 'new-password',
      message: { key: expect.stringMatching(/^left-temp/) },
    });
    expect(stepAfter({ status: 'done' }, { reason, leftTemporary: true })).toMatchObject({ kind: 'new-password' });
  });
});

it('ends where nothing was changed and no other password helps', () => {
  expect(stepAfter({ reason: 'account.no-right' })).toMatchObject({ kind: 'refused', code: 'account.no-right' });
});

it('says on the last page that the history was not kept', () => {
  expect(stepAfter({ status: 'done', unmet: ['history'] })).toMatchObject({
    kind: 'done',
    results: [{ outcome: 'password-reset', code: 'password.history-not-kept' }],
  });
});
