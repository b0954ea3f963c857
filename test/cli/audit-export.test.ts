import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { GENESIS_HASH, hashEvent } from '../../src/core/audit/chain.ts';
import { type AuditSeals, createAuditSeals } from '../../src/core/audit/seals.ts';
import { type Receipt, type SignedReceipt, signReceipt } from '../../src/core/helpdesk/receipt.ts';
import type { AuditRow } from '../../src/core/ports/audit-store.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';
import { openTestStore } from '../store/fixture.ts';
import { configurationDocument, runCommand, writeSettings } from './run-command.ts';

// "Can you prove it?": what an auditor has is the file, the public key and the program; what somebody in between has done to the file is
// found and named.

const account = { directory: 'people', id: 'alice' };
const receipt: Receipt = {
  version: 1,
  case: 'case-1',
  person: 'alice',
  account,
  agent: { login: 'grace', account: { directory: 'people', id: 'grace' } },
  action: 'reset-password',
  ticket: 'INC0000001',
  method: { way: 'own-device', journey: 'journey-1', proofs: ['passkey'] },
  at: 1_760_000_000_000,
};
/** Has read this program and has keys of their own. */
const forger = createAuditSeals(new Map([['test', new Uint8Array(randomBytes(32))]]), 'test');

describe('an export in the hands of an auditor', () => {
  let folder: string;
  let exported: string[];
  let publicKey: string;

  beforeAll(async () => {
    folder = await createScratchFolder('audit-export');
    const settings = ['--config', writeSettings(folder)];
    const file = join(folder, 'configuration.yaml');
    writeFileSync(file, stringify(configurationDocument()));
    await runCommand([...settings, 'config', 'apply', file]);
    const key = Buffer.from(readFileSync(join(folder, 'key'), 'utf8'), 'base64');
    const store = await openTestStore(`sqlite:${join(folder, 'data', 'keyturn.sqlite')}`, { id: 'test', key });
    const signed = signReceipt(store.audit.seals(), receipt);
    const written = (type: string, facts: object) => ({ at: receipt.at, type, data: JSON.stringify(facts) });
    await store.audit.append(
      written('case.verified', { account, action: 'reset-password', receipt: signed }),
      written('write.intended', { account, verb: 'reset-password', backing: { receipt: signed } }),
      written('write.succeeded', { account, verb: 'reset-password' }),
    );
    await store.close();
    exported = (await runCommand([...settings, 'audit', 'export'])).output.trimEnd().split('\n');
    publicKey = (await runCommand([...settings, 'audit', 'key'])).output.split(' ')[0] ?? '';
  });
  afterAll(() => removeScratchFolder(folder));

  const verify = (lines: readonly string[], ...options: string[]) => {
    const file = join(folder, 'audit.jsonl');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return runCommand(['audit', 'verify', '--file', file, ...options]);
  };
  const change = (seq: number, edit: (line: string) => string) => exported.map((line, index) => (index === seq - 1 ? edit(line) : line));
  const without = (lines: readonly string[], seq: number) => lines.filter((_line, index) => index !== seq - 1);

  it('is whole, and says so of its receipts', async () => {
    expect(exported).toHaveLength(5);
    const { exitCode, output } = await verify(exported, '--public-key', publicKey);
    expect(exitCode).toBe(0);
    expect(output).toContain('The export is whole: 4 events, its end is signed with the key you named.');
    expect(output).toContain(`Receipts of callers: 2, all genuine, signed with ${publicKey}.`);
  });

  it.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a word was changed', () => change(4, (line) => line.replace('alice', 'bobby')), /Event 4: its content does not fit its hash/],
    ['a time was changed', () => change(2, (line) => line.replace(`"at":${receipt.at}`, `"at":${receipt.at + 1}`)), /Event 2: its content/],
    ['an event was removed', (lines) => without(lines, 3), /Event 3: it is missing: it was dropped/],
    ['the last event was removed', (lines) => without(lines, 4), /Event 4: the log ends before it: events were cut off/],
    ['the end was cut off', (lines) => lines.slice(0, 3), /Event 4: the file has no signed end behind it/],
    ['two events were swapped', ([one, two, three, ...rest]) => [one, three, two, ...rest] as string[], /events were reordered/],
    ['an event stands there twice', ([one, two, ...rest]) => [one, two, two, ...rest] as string[], /Event 2: its number was there already/],
    ['a receipt was changed', () => change(3, (line) => line.replace('INC0000001', 'INC0000002')), /Event 3: its content does not fit/],
    [
      'a receipt was changed, and all hashes made to fit',
      () => linkedAnew(withTicket(rowsOf(exported), 'INC0000002'), exported.at(-1)),
      /Event 2: its receipt of a caller was not signed with the key that it names: it is forged or was changed/,
    ],
    [
      'events were changed, and all hashes made to fit',
      () =>
        linkedAnew(
          rowsOf(exported).filter(({ type }) => type !== 'case.verified'),
          exported.at(-1),
        ),
      /Event 4: the log ends before it/,
    ],
    [
      'another event stands in place of one, and all hashes were made to fit',
      () =>
        linkedAnew(
          rowsOf(exported).map((row) => (row.type === 'write.succeeded' ? { ...row, type: 'write.refused' } : row)),
          exported.at(-1),
        ),
      /Event 4: the recorded end of the log names another hash for it/,
    ],
    [
      'the signed end was changed',
      (lines) => [...lines.slice(0, 4), (lines[4] ?? '').replace(/"at":(\d+)/, '"at":1')],
      /the signed end was not signed with the key that it names/,
    ],
    [
      'all of it was written anew and signed by somebody else, receipts too',
      () => forgedBy(forger, rowsOf(exported)),
      /the end is signed with another key than the one you named/,
    ],
  ])('is found out: %s', async (_what, tamper, words) => {
    const { exitCode, output } = await verify(tamper([...exported]), '--public-key', publicKey);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^The audit log is NOT whole\. /);
    expect(output).toMatch(words);
  });

  it('names the key of a forger where none was named, and the one of another installation as another', async () => {
    const { exitCode, output } = await verify(forgedBy(forger, rowsOf(exported)));
    expect(exitCode).toBe(0);
    expect(output).toContain(`signed with ${forger.publicKeys()[0]?.publicKey}: compare this`);
    expect(await verify(exported, '--public-key', forger.publicKeys()[0]?.publicKey ?? '')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('another key than the one you named'),
    });
  });
});

function rowsOf(exported: readonly string[]): AuditRow[] {
  return exported.slice(0, -1).map((line) => JSON.parse(line) as AuditRow);
}

/** What everybody can who has read this program: numbers, links and hashes that fit. Seals are left as they were. */
function relinked(rows: readonly AuditRow[]): AuditRow[] {
  let previousHash = GENESIS_HASH;
  return rows.map((row, index) => {
    const content = { ...row, seq: index + 1, previousHash };
    previousHash = hashEvent(content);
    return { ...content, hash: previousHash };
  });
}

function linkedAnew(rows: readonly AuditRow[], end = ''): string[] {
  return [...relinked(rows).map((row) => JSON.stringify(row)), end];
}

function withReceipts(rows: readonly AuditRow[], edit: (signed: SignedReceipt) => SignedReceipt): AuditRow[] {
  return rows.map((row) => {
    const facts = JSON.parse(row.data) as { receipt?: SignedReceipt; backing?: { receipt: SignedReceipt } };
    if (facts.receipt !== undefined) facts.receipt = edit(facts.receipt);
    if (facts.backing !== undefined) facts.backing = { receipt: edit(facts.backing.receipt) };
    return { ...row, data: JSON.stringify(facts) };
  });
}

function withTicket(rows: readonly AuditRow[], ticket: string): AuditRow[] {
  return withReceipts(rows, (signed) => ({ ...signed, receipt: { ...signed.receipt, ticket } }));
}

function forgedBy(seals: AuditSeals, rows: readonly AuditRow[]): string[] {
  const forged = relinked(withReceipts(rows, (signed) => signReceipt(seals, { ...signed.receipt, ticket: 'INC0000002' })));
  const { seq, hash } = forged.at(-1) ?? { seq: 0, hash: GENESIS_HASH };
  const lines = forged.map((row) => JSON.stringify({ ...row, ...seals.seal('event', row) }));
  return [...lines, JSON.stringify({ checkpoint: seals.checkpoint({ seq, hash }, receipt.at) })];
}
