import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuditSeals } from '../../core/audit/seals.ts';
import { type Receipt, type SignedReceipt, signReceipt } from '../../core/helpdesk/receipt.ts';
import { createReceiptCheck } from './check-receipts.ts';

const seals = createAuditSeals(new Map([['one', new Uint8Array(randomBytes(32))]]), 'one');
const known = seals.publicKeys().map(({ publicKey }) => publicKey);
const account = { directory: 'people', id: 'alice' };
const receipt: Receipt = {
  version: 1,
  case: 'case-1',
  person: 'alice',
  account,
  agent: { login: 'frida', account: { directory: 'people', id: 'frida' } },
  action: 'reset-password',
  ticket: null,
  method: { way: 'own-device', journey: 'journey-1', proofs: ['passkey'] },
  at: 1_760_000_000_000,
};
const signed = signReceipt(seals, receipt);
const row = (type: string, data: object) => {
  const empty = { at: 0, salt: '', previousHash: '', hash: '', keyId: '', mac: '' };
  return { ...empty, seq: 7, type, data: JSON.stringify(data) };
};
const intended = (given: unknown, more: object = {}) =>
  row('write.intended', { account, verb: 'reset-password', backing: { receipt: given }, ...more });
const check = (keys: readonly string[] | undefined, ...rows: ReturnType<typeof row>[]) => {
  const checked = createReceiptCheck(keys);
  for (const each of rows) checked.look(each);
  return { count: checked.seen.count, problem: checked.problem?.reason };
};
const changed: SignedReceipt = { ...signed, receipt: { ...receipt, ticket: 'INC0001' } };
const others = createAuditSeals(new Map([['other', new Uint8Array(randomBytes(32))]]), 'other');

describe('receipts in a log', () => {
  it('are counted where they are genuine, and events without any are passed over', () => {
    const rows = [
      row('case.verified', { account, action: 'reset-password', receipt: signed }),
      intended(signed),
      row('write.intended', { account, verb: 'reset-password' }),
      row('journey.started', { receipt: 'no receipt' }),
      { ...intended(signed), data: '' },
    ];
    expect(check(known, ...rows)).toEqual({ count: 2, problem: undefined });
    expect(check(undefined, ...rows)).toEqual({ count: 2, problem: undefined });
  });

  it.each<[string, readonly string[] | undefined, ReturnType<typeof row>]>([
    ['receipt-not-signed', undefined, intended(changed)],
    ['receipt-key-unknown', known, intended(signReceipt(others, receipt))],
    ['receipt-of-another', undefined, intended(signed, { account: { ...account, id: 'bob' } })],
    ['receipt-of-another', undefined, intended(signed, { verb: 'unlock-account' })],
    ['receipt-malformed', undefined, intended({ receipt: 'x' })],
  ])('are found out: %s', (reason, keys, event) => {
    expect(check(keys, intended(signed), event).problem).toBe(reason);
  });
});
