import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { intentRow, journeyRow, makeSqliteDatabase, NOW, openTestStore, outboxRow } from '../../test/store/fixture.ts';
import { checkSeals } from '../core/health/check-seals.ts';
import { isUnderstood } from './understood.ts';

const intent = { id: 'i', directory: 'd', account_id: 'a', status: 'open' };
const facts = {
  id: 'i',
  account: { directory: 'd', id: 'a' },
  ...{ readAt: 1, server: 's', before: { password: null, lock: null, locked: null, passwordSetAt: null } },
  window: { notAfter: 1, leaseUntil: 1, settledAt: 1, givenUpAt: 1 },
};
const whole = {
  intents: { row: intent, plain: JSON.stringify(facts) },
  factors: { row: { ended_at: null }, plain: JSON.stringify({ label: 'l', secret: 's' }) },
  journeys: { row: { status: 'open' }, plain: JSON.stringify({ goal: 'unlock-account' }) },
  challenges: { row: { consumed_at: null }, plain: JSON.stringify([{ digest: 'x' }]) },
  outbox: { row: { done_at: null, failed_at: null }, plain: JSON.stringify({ to: 'x' }) },
} as const;

it.each(Object.entries(whole))(
  'what is whole in %s is understood; what is cut off or replaced is not, and nothing fails',
  (table, { row, plain }) => {
    const judge = (text: string) => isUnderstood(table as keyof typeof whole, row, text);
    expect(judge(plain)).toBe(true);
    for (let length = 0; length < plain.length; length += 1) expect(judge(plain.slice(0, length))).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => typeof judge(text) === 'boolean'));
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof judge(JSON.stringify(value)) === 'boolean'));
  },
);

it('an intent is not understood when it names another row or owner, or lacks a part', () => {
  for (const [key, value] of Object.entries({
    id: 'other',
    account: { directory: 'd', id: 'other' },
    server: 1,
    before: null,
    window: {},
    readAt: 'x',
  })) {
    expect(isUnderstood('intents', intent, JSON.stringify({ ...facts, [key]: value })), key).toBe(false);
  }
});

const wholeIntent = () => {
  const row = intentRow();
  return { ...row, facts: JSON.stringify({ ...facts, id: row.id, account: { directory: row.directory, id: row.accountId } }) };
};

it('doctor counts such rows by their table and names what to do; they can be opened, and hold up none beside them', async () => {
  const database = await makeSqliteDatabase();
  const store = await openTestStore(database.url);
  try {
    const journey = journeyRow({ state: 'no JSON' });
    await store.journeys.insert(journey);
    await store.journeys.insert(journeyRow());
    const cut = intentRow({ facts: '{"id":"another"}' });
    await store.intents.insert(cut);
    await store.outbox.insert(outboxRow({ payload: '{"cut' }));
    await store.challenges.insert({
      ...{ id: randomUUID(), journeyId: journey.id, kind: 'email', expected: '[{' },
      ...{ attempts: 0, maximumAttempts: 3, expiresAt: 1, consumedAt: null },
    });
    const good = [wholeIntent(), outboxRow()] as const;
    await store.intents.insert(good[0]);
    await store.outbox.insert(good[1]);
    const { unreadable, notUnderstood } = await store.walkSealed(false);
    expect(unreadable).toEqual([]);
    expect(notUnderstood).toEqual(['journeys', 'challenges', 'intents', 'outbox'].map((table) => ({ table, rows: 1 })));
    const findings = JSON.stringify(await checkSeals(store));
    const end = NOW + 3_600_000;
    expect((await store.intents.takeOverdue(end, end + 1, 10)).map(({ id }) => id).toSorted()).toEqual([cut.id, good[0].id].toSorted());
    expect((await store.outbox.take('code', end, end + 1, 10)).map(({ id }) => id)).toContain(good[1].id);
    for (const { table } of notUnderstood) expect(findings).toContain(`1 in ${table} can be opened and make no sense`);
  } finally {
    await store.close();
    await database.drop();
  }
});
