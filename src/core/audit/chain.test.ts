import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditHead, AuditRow } from '../ports/audit-store.ts';
import {
  acknowledgedBy,
  END_ACKNOWLEDGED_EVENT,
  END_NOT_AUTHENTIC_EVENT,
  END_PUT_BACK_EVENT,
  GENESIS_HASH,
  hashEvent,
  verifyChain,
} from './chain.ts';
import { createAuditSeals, isCheckpointSigned } from './seals.ts';

const keys = new Map([
  ['audit-old', randomBytes(32)],
  ['audit-new', randomBytes(32)],
]);
const old = createAuditSeals(keys, 'audit-old');
const seals = createAuditSeals(keys, 'audit-new');
/** Knows everything but the keys. */
const forger = createAuditSeals(new Map([...keys.keys()].map((id) => [id, randomBytes(32)])), 'audit-new');

/** A chain as Keyturn writes it; the key changes in the middle. */
function chainOf(length: number): { rows: AuditRow[]; end: AuditHead } {
  const rows: AuditRow[] = [];
  let end: AuditHead = { seq: 0, hash: GENESIS_HASH, ...old.seal('end', { seq: 0, hash: GENESIS_HASH }) };
  for (let seq = 1; seq <= length; seq += 1) {
    const by = seq <= length / 2 ? old : seals;
    const content = { seq, at: 1_000 + seq, type: `type-${seq % 3}`, data: `{"n":${seq}}`, salt: `salt${seq}`, previousHash: end.hash };
    const hash = hashEvent(content);
    rows.push({ ...content, hash, ...by.seal('event', { seq, hash }) });
    end = { seq, hash, ...by.seal('end', { seq, hash }) };
  }
  return { rows, end };
}

const verify = ({ rows, end }: { rows: AuditRow[]; end: AuditHead }) =>
  verifyChain(rows, { seals, end, endAfter: () => Promise.resolve(end) });
it('hashes what was written, and nothing else that gives the same bytes', () => {
  const row = { seq: 1, at: 23, type: 'type', data: 'data', salt: 'salt', previousHash: GENESIS_HASH };
  const part = (text: string) => `${text.length}:${text}`;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  // In words of its own: SHA-256 over each part behind its length, of the data only the digest with its salt.
  const data = sha256('4:saltdata');
  expect(hashEvent(row)).toBe(sha256(['1', GENESIS_HASH, '23', 'type', data].map(part).join('')));
  const moved = [
    { ...row, salt: 'sal', data: 'tdata' },
    { ...row, at: 2, type: '3type' },
    { ...row, seq: 12, at: 3 },
  ];
  for (const other of moved) expect(hashEvent(other)).not.toBe(hashEvent(row));
});

const problemOf = async (chain: { rows: AuditRow[]; end: AuditHead }) => (await verify(chain)).problem;

type Chain = ReturnType<typeof chainOf>;
/** What somebody without the key may do to a table: each gives another table. */
const mutation = fc.oneof(
  fc.record({ do: fc.constant('drop' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('truncate' as const), at: fc.nat() }),
  fc.record({ do: fc.constant('swap' as const), at: fc.nat(), with: fc.nat() }),
  fc.record({ do: fc.constant('repeat' as const), at: fc.nat() }),
  fc.record({
    do: fc.constant('change' as const),
    at: fc.nat(),
    column: fc.constantFrom('seq', 'at', 'type', 'data', 'salt', 'previousHash', 'hash', 'keyId', 'mac' as const),
  }),
  fc.record({ do: fc.constant('insert' as const), at: fc.nat() }),
);

function mutate(chain: Chain, steps: { do: string; at: number; with?: number; column?: string }[]): Chain {
  let rows = [...chain.rows];
  for (const step of steps) {
    const at = rows.length === 0 ? 0 : step.at % rows.length;
    const row = rows[at];
    if (row === undefined) break;
    if (step.do === 'drop') rows.splice(at, 1);
    if (step.do === 'truncate') rows = rows.slice(0, at);
    if (step.do === 'repeat') rows.splice(at, 0, row);
    if (step.do === 'insert') rows.splice(at, 0, { ...row, data: '{"forged":true}' });
    if (step.do === 'swap') {
      const other = (step.with ?? 0) % rows.length;
      rows[at] = rows[other] ?? row;
      rows[other] = row;
    }
    if (step.do === 'change') {
      const column = step.column as keyof AuditRow;
      const value = row[column];
      rows[at] = { ...row, [column]: typeof value === 'number' ? value + 1 : other(String(value)) };
    }
  }
  return { ...chain, rows };
}

function other(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? createHash('sha256').update(text).digest('hex') : `${text}x`;
}

/** Makes a whole chain again out of rows: what everybody can who has read this program. `by` is whose key there is. */
function relink(rows: readonly AuditRow[], reseal: typeof forger | null): Chain {
  const linked: AuditRow[] = [];
  let previousHash = GENESIS_HASH;
  for (const [index, row] of rows.entries()) {
    const content = { ...row, seq: index + 1, previousHash };
    const hash = hashEvent(content);
    linked.push({ ...content, hash, ...(reseal?.seal('event', { seq: content.seq, hash }) ?? {}) });
    previousHash = hash;
  }
  const last = { seq: linked.length, hash: previousHash };
  return { rows: linked, end: { ...last, ...(reseal ?? forger).seal('end', last) } };
}

const length = fc.integer({ min: 1, max: 12 });
const steps = fc.array(mutation, { minLength: 1, maxLength: 4 });
const same = (left: Chain, right: Chain) => JSON.stringify(left.rows) === JSON.stringify(right.rows);

describe('a chain as it was written', () => {
  it('is whole at every length, over a change of the key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), async (size) => {
        const chain = chainOf(size);
        expect(await verify(chain)).toEqual({ ok: true, checked: size, head: { seq: size, hash: chain.end.hash } });
      }),
    );
  });

  it('is whole by its order and content for who has no key, and knows no end', async () => {
    const { rows, end } = chainOf(5);
    expect(await verifyChain(rows)).toEqual({ ok: true, checked: 5, head: { seq: 5, hash: end.hash } });
    expect(await verifyChain(rows, { end: { ...end, mac: '00' } })).toMatchObject({ ok: true });
    expect((await verifyChain(rows.slice(0, 3), { end })).problem).toEqual({ seq: 4, reason: 'truncated' });
  });

  it('is whole while events are appended to it', async () => {
    const [shorter, longer] = [chainOf(4), chainOf(4)];
    const more = relinkNext(longer);
    expect(await verifyChain(more.rows, { seals, end: shorter.end, endAfter: () => Promise.resolve(more.end) })).toMatchObject({
      ok: true,
      checked: 5,
    });
  });
});

function relinkNext({ rows, end }: Chain): Chain {
  const content = { seq: end.seq + 1, at: 9_000, type: 'next', data: '{}', salt: 's', previousHash: end.hash };
  const hash = hashEvent(content);
  const at = { seq: content.seq, hash };
  return { rows: [...rows, { ...content, hash, ...seals.seal('event', at) }], end: { ...at, ...seals.seal('end', at) } };
}

describe('without the key', () => {
  it('no change of any rows stays unseen', async () => {
    await fc.assert(
      fc.asyncProperty(length, steps, async (size, changes) => {
        const chain = chainOf(size);
        const changed = mutate(chain, changes);
        fc.pre(!same(chain, changed));
        expect((await verify(changed)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('nor when all numbers, links and hashes are made to fit again, with the old seals or forged ones', async () => {
    await fc.assert(
      fc.asyncProperty(length, steps, fc.constantFrom('old seals', 'forged'), fc.boolean(), async (size, changes, how, keepEnd) => {
        const chain = chainOf(size);
        const relinked = relink(mutate(chain, changes).rows, how === 'forged' ? forger : null);
        fc.pre(!same(chain, relinked));
        expect((await verify({ rows: relinked.rows, end: keepEnd ? chain.end : relinked.end })).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('nor is a cut, whatever of what once was true is written as its end', async () => {
    await fc.assert(
      fc.asyncProperty(length, fc.nat(), async (size, cut) => {
        const chain = chainOf(size);
        const rows = chain.rows.slice(0, cut % size);
        const last = rows.at(-1);
        const claims = [
          chain.end,
          { seq: 0, hash: GENESIS_HASH, keyId: '', mac: '' },
          // The seal of an event is none of an end.
          { seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS_HASH, keyId: last?.keyId ?? 'audit-old', mac: last?.mac ?? '' },
          { ...chain.end, seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS_HASH },
        ];
        for (const end of claims) expect((await verify({ rows, end })).ok).toBe(false);
      }),
    );
  });
});

describe('what is found', () => {
  const chain = chainOf(6);
  const change = (seq: number, changes: Partial<AuditRow>) => ({
    ...chain,
    rows: chain.rows.map((row) => (row.seq === seq ? { ...row, ...changes } : row)),
  });

  it('is named', async () => {
    const swapped = chain.rows.map((row) => row);
    [swapped[2], swapped[4]] = [chain.rows[4] as AuditRow, chain.rows[2] as AuditRow];
    expect(await problemOf(change(3, { data: '{}' }))).toEqual({ seq: 3, reason: 'changed' });
    expect(await problemOf(change(3, { mac: '00' }))).toEqual({ seq: 3, reason: 'not-authentic' });
    expect(await problemOf(change(3, { keyId: 'audit-x' }))).toEqual({ seq: 3, reason: 'unknown-key' });
    expect(await problemOf(change(3, { keyId: 'audit-new' }))).toEqual({ seq: 3, reason: 'not-authentic' });
    expect(await problemOf({ ...chain, rows: chain.rows.filter(({ seq }) => seq !== 3) })).toEqual({ seq: 3, reason: 'dropped' });
    expect(await problemOf({ ...chain, rows: swapped })).toEqual({ seq: 3, reason: 'reordered' });
    expect(await problemOf({ ...chain, rows: [...chain.rows.slice(0, 3), ...chain.rows.slice(2)] })).toEqual({
      seq: 3,
      reason: 'inserted',
    });
    expect(await problemOf({ ...chain, rows: chain.rows.slice(0, 4) })).toEqual({ seq: 5, reason: 'truncated' });
    expect(await problemOf({ ...chain, rows: [] })).toEqual({ seq: 1, reason: 'truncated' });
    expect(await problemOf({ ...chain, end: { ...chain.end, mac: '00' } })).toEqual({ seq: 6, reason: 'end-not-authentic' });
    const another = { seq: 6, hash: GENESIS_HASH };
    expect(await problemOf({ ...chain, end: { ...another, ...seals.seal('end', another) } })).toEqual({ seq: 6, reason: 'end-differs' });
  });

  it('is a predecessor that was another one, also where the row itself is in order', async () => {
    const third = chain.rows[2] as AuditRow;
    const content = { ...third, previousHash: createHash('sha256').update('another').digest('hex') };
    const hash = hashEvent(content);
    const rows = chain.rows.map((row) => (row.seq === 3 ? { ...content, hash, ...seals.seal('event', { seq: 3, hash }) } : row));
    expect(await problemOf({ ...chain, rows })).toEqual({ seq: 3, reason: 'wrong-predecessor' });
    // Without the key as well.
    expect((await verifyChain(rows)).problem).toEqual({ seq: 3, reason: 'wrong-predecessor' });
  });

  it('is an end that comes before rows that are there', async () => {
    const { rows } = chain;
    const earlier = await endAt(4);
    expect(await verifyChain(rows, { seals, end: earlier, endAfter: () => Promise.resolve(earlier) })).toMatchObject({
      ok: false,
      problem: { seq: 5, reason: 'beyond-end' },
    });
  });

  it('is an end that Keyturn itself once found changed', async () => {
    const marked = relinkNext(chain);
    const last = marked.rows[6] as AuditRow;
    const content = { ...last, type: END_NOT_AUTHENTIC_EVENT };
    const hash = hashEvent(content);
    const at = { seq: 7, hash };
    const rows = [...chain.rows, { ...content, hash, ...seals.seal('event', at) }];
    expect(await problemOf({ rows, end: { ...at, ...seals.seal('end', at) } })).toEqual({ seq: 7, reason: 'end-was-not-authentic' });
  });

  /** The chain with events of these types behind it. */
  function followedBy(...events: { type: string; data: object }[]) {
    const rows = [...chain.rows];
    for (const { type, data } of events) {
      const last = rows.at(-1) as AuditRow;
      const content = { ...last, seq: last.seq + 1, previousHash: last.hash, type, data: JSON.stringify(data) };
      const at = { seq: content.seq, hash: hashEvent(content) };
      rows.push({ ...content, ...at, ...seals.seal('event', at) });
    }
    const { seq, hash } = rows.at(-1) as AuditRow;
    return verifyChain(rows, { seals, end: { seq, hash, ...seals.seal('end', { seq, hash }) } });
  }
  const acknowledgement = (...marks: unknown[]) => ({ type: END_ACKNOWLEDGED_EVENT, data: { author: 'root', reason: 'failover', marks } });

  it('is an end that was put back, until who has the console says why, and then says both', async () => {
    const mark = { type: END_PUT_BACK_EVENT, data: { was: 9 } };
    expect(await followedBy(mark)).toMatchObject({ ok: false, problem: { seq: 7, reason: 'end-was-put-back' } });
    const { at } = chain.rows.at(-1) as AuditRow;
    const known = { ok: true, acknowledged: [{ seq: 7, was: 9, at, author: 'root', reason: 'failover' }] };
    expect(await followedBy(mark, acknowledgement(7))).toMatchObject(known);
    expect(await followedBy(mark, acknowledgement(7), mark)).toMatchObject({ ok: false, problem: { seq: 9 } });
    // Not before it was, nor by words that name none.
    for (const marks of [[], [8], ['7']]) expect(await followedBy(mark, acknowledgement(...marks))).toMatchObject({ problem: { seq: 7 } });
    expect(await followedBy(acknowledgement(8), mark)).toMatchObject({ ok: false, problem: { seq: 8 } });
  });

  it('is acknowledged by an acknowledgement alone, and only what it names', async () => {
    const mark = (was: unknown) => ({ type: END_PUT_BACK_EVENT, data: { was } });
    const another = { ...acknowledgement(7), type: 'configuration.applied' };
    expect(await followedBy(mark(9), another)).toMatchObject({ ok: false, problem: { seq: 7, reason: 'end-was-put-back' } });
    expect(await followedBy(mark(9), mark(12), acknowledgement(8))).toMatchObject({ ok: false, problem: { seq: 7 } });
    // What is no mark is not told as one; of a mark that does not say where the log had ended that is not known.
    expect((await followedBy(mark(9), mark('12'), acknowledgement(7, 8, 9, 1, '7'))).acknowledged).toMatchObject([
      { seq: 7, was: 9 },
      { seq: 8, was: null },
    ]);
    expect((await followedBy(mark(9), { type: END_ACKNOWLEDGED_EVENT, data: { marks: [7] } })).acknowledged).toMatchObject([
      { seq: 7, author: '', reason: '' },
    ]);
  });

  it.each<[string, number[]]>([
    ['', []],
    ['{}', []],
    ['{"marks":"78"}', []],
    ['{"marks":{"length":1,"0":7}}', []],
    ['{"marks":[7,"8",null,9]}', [7, 9]],
  ])('is what an acknowledgement of %j names by number', (data, named) => {
    expect(acknowledgedBy(data)).toEqual(named);
  });

  it('is an end that somebody else has written, whatever is said of it', async () => {
    const marked = { type: END_NOT_AUTHENTIC_EVENT, data: {} };
    expect(await followedBy(marked, acknowledgement(7))).toMatchObject({ ok: false, problem: { seq: 7, reason: 'end-was-not-authentic' } });
  });

  async function endAt(seq: number): Promise<AuditHead> {
    const at = { seq, hash: chain.rows[seq - 1]?.hash ?? '' };
    return { ...at, ...seals.seal('end', at) };
  }
});

describe('checkpoints', () => {
  it('are proven without a secret, and for nothing else than what was signed', () => {
    const checkpoint = seals.checkpoint({ seq: 7, hash: 'ab' }, 1_000);
    expect(seals.publicKeys()[0]?.publicKey).toBe(checkpoint.publicKey);
    expect(isCheckpointSigned(checkpoint)).toBe(true);
    for (const changed of [
      { ...checkpoint, seq: 6 },
      { ...checkpoint, hash: 'ac' },
      { ...checkpoint, at: 1_001 },
      { ...checkpoint, publicKey: forger.publicKeys()[0]?.publicKey ?? '' },
      { ...checkpoint, publicKey: 'none' },
      { ...checkpoint, signature: forger.checkpoint({ seq: 7, hash: 'ab' }, 1_000).signature },
      { ...checkpoint, signature: '' },
    ]) {
      expect(isCheckpointSigned(changed)).toBe(false);
    }
    expect(new Set([...seals.publicKeys(), ...forger.publicKeys()].map(({ publicKey }) => publicKey)).size).toBe(4);
  });
});
