import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACTOR_KINDS } from '../../../shared/api/journeys.ts';
import { OTHER_WAYS, PERSON_PERMISSIONS, type PersonPermission } from '../../../shared/permissions.ts';
import { createAuditSeals } from '../audit/seals.ts';
import {
  endOf,
  isFitting,
  isReceiptSigned,
  type Receipt,
  readReceipt,
  type SignedReceipt,
  signReceipt,
  type WantedReceipt,
} from './receipt.ts';

const sealsOf = (...ids: [string, ...string[]]) =>
  createAuditSeals(new Map(ids.map((id) => [id, new Uint8Array(randomBytes(32))])), ids[0]);
const seals = sealsOf('one', 'two');
const LIFETIME = 600_000;

const ref = fc.record({ directory: fc.constantFrom('people', 'partners'), id: fc.constantFrom('a', 'b', 'c') });
const proofs = fc.subarray([...FACTOR_KINDS], { minLength: 1 });
const receiptWith = {
  version: fc.constant(1 as const),
  case: fc.constantFrom('case-1', 'case-2'),
  person: fc.string(),
  account: ref,
  agent: fc.record({ login: fc.string(), account: ref }),
  action: fc.constantFrom(...PERSON_PERMISSIONS),
  ticket: fc.option(fc.string()),
  method: fc.oneof(
    fc.record({ way: fc.constant('own-device' as const), journey: fc.uuid(), proofs }),
    fc.record({ way: fc.constant('read-back' as const), proofs }),
    fc.record({ way: fc.constant('questions' as const), proofs, answered: fc.nat(10) }),
    fc.record({
      ...{ way: fc.constant('manager' as const), proofs, request: fc.uuid() },
      by: fc.record({ login: fc.string(), account: ref }),
    }),
  ),
  at: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
};
const receiptOf: fc.Arbitrary<Receipt> = fc.oneof(fc.record(receiptWith), fc.record({ ...receiptWith, kinds: proofs }));
const withEnd = fc
  .tuple(receiptOf, fc.integer({ min: 60_000, max: 3 * LIFETIME }))
  .map(([receipt, minutes]) => ({ ...receipt, until: receipt.at + minutes }));
const wantedBy = ({ case: id, account, agent, action, kinds }: Receipt): WantedReceipt => ({
  ...{ case: id, account, agent: agent.account, action, kinds },
  otherWays: OTHER_WAYS,
});

describe('a receipt', () => {
  it('fits what it was made for, from its moment until its minutes are over', () => {
    fc.assert(
      fc.property(receiptOf, fc.integer({ min: -400_000, max: 2 * LIFETIME }), (receipt, later) => {
        const expected = later < LIFETIME && later > -300_000;
        expect(isFitting(seals, signReceipt(seals, receipt), wantedBy(receipt), { lifetime: LIFETIME, now: receipt.at + later })).toBe(
          expected,
        );
      }),
    );
  });

  it.each([
    [LIFETIME - 1, true],
    [LIFETIME, false],
    [-300_000 + 1, true],
    [-300_000, false],
  ])('that is %i milliseconds old fits: %s', (later, expected) => {
    fc.assert(
      fc.property(receiptOf, (receipt) => {
        const signed = signReceipt(seals, receipt);
        expect(isFitting(seals, signed, wantedBy(receipt), { lifetime: LIFETIME, now: receipt.at + later })).toBe(expected);
      }),
      { numRuns: 5 },
    );
  });

  it('comes to its end as it was made, whatever the configuration says of its minutes later', () => {
    fc.assert(
      fc.property(
        withEnd,
        fc.integer({ min: 60_000, max: 3 * LIFETIME }),
        fc.integer({ min: 0, max: 4 * LIFETIME }),
        (receipt, lifetime, later) => {
          const now = receipt.at + later;
          const expected = later < lifetime && now < receipt.until;
          expect(isFitting(seals, signReceipt(seals, receipt), wantedBy(receipt), { lifetime, now })).toBe(expected);
          expect(now < endOf(receipt, lifetime)).toBe(expected);
        },
      ),
    );
  });

  it('fits nothing that is another in any one thing: case, account, agent, action or kinds of what is removed', () => {
    const others: Record<string, (wanted: WantedReceipt) => WantedReceipt> = {
      case: (wanted) => ({ ...wanted, case: `${wanted.case}0` }),
      account: (wanted) => ({ ...wanted, account: { ...wanted.account, id: `${wanted.account.id}0` } }),
      'directory of the account': (wanted) => ({ ...wanted, account: { ...wanted.account, directory: 'elsewhere' } }),
      agent: (wanted) => ({ ...wanted, agent: { ...wanted.agent, id: `${wanted.agent.id}0` } }),
      'directory of the agent': (wanted) => ({ ...wanted, agent: { ...wanted.agent, directory: 'elsewhere' } }),
      action: (wanted) => ({ ...wanted, action: PERSON_PERMISSIONS.find((action) => action !== wanted.action) as PersonPermission }),
      'kinds beside none': (wanted) => ({ ...wanted, kinds: wanted.kinds === undefined ? ['totp'] : undefined }),
      'other kinds': (wanted) => ({ ...wanted, kinds: wanted.kinds?.includes('email') ? ['sms'] : ['email'] }),
    };
    fc.assert(
      fc.property(receiptOf, fc.constantFrom(...Object.keys(others)), (receipt, name) => {
        const [signed, wanted] = [signReceipt(seals, receipt), wantedBy(receipt)];
        expect(isFitting(seals, signed, wanted, { lifetime: LIFETIME, now: receipt.at })).toBe(true);
        expect(isFitting(seals, signed, others[name]?.(wanted) ?? wanted, { lifetime: LIFETIME, now: receipt.at })).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('fits only where the way in which it was made counts now', () => {
    fc.assert(
      fc.property(receiptOf, fc.subarray([...OTHER_WAYS]), (receipt, otherWays) => {
        const { way } = receipt.method;
        const expected = way === 'own-device' || otherWays.includes(way);
        const wanted = { ...wantedBy(receipt), otherWays };
        expect(isFitting(seals, signReceipt(seals, receipt), wanted, { lifetime: LIFETIME, now: receipt.at })).toBe(expected);
      }),
    );
  });

  it('cannot be changed, nor be made by whoever does not have the key', () => {
    const stranger = sealsOf('stranger');
    fc.assert(
      fc.property(receiptOf, receiptOf, (receipt, other) => {
        const signed = signReceipt(seals, receipt);
        expect(isReceiptSigned(signed)).toBe(true);
        const changed: SignedReceipt = { ...signed, receipt: other };
        expect(isReceiptSigned(changed)).toBe(JSON.stringify(receipt) === JSON.stringify(other));
        const forged = signReceipt(stranger, receipt);
        expect(isReceiptSigned(forged)).toBe(true);
        expect(isReceiptSigned({ ...forged, publicKey: signed.publicKey })).toBe(false);
        expect(isFitting(seals, forged, wantedBy(receipt), { lifetime: LIFETIME, now: receipt.at })).toBe(false);
      }),
    );
  });

  it('is read back from the log as it was signed, also when its parts stand in another order', () => {
    fc.assert(
      fc.property(receiptOf, (receipt) => {
        const signed = signReceipt(seals, receipt);
        const turned = Object.fromEntries(Object.entries(receipt).toReversed());
        const read = readReceipt(JSON.parse(JSON.stringify({ ...signed, receipt: turned })));
        expect(read).not.toBeNull();
        expect(read !== null && isReceiptSigned(read)).toBe(true);
      }),
    );
  });

  it.each([undefined, null, 'x', {}, { receipt: {}, publicKey: 'x', signature: 'y' }])('is not read from %j', (value) => {
    expect(readReceipt(value)).toBeNull();
  });
});
