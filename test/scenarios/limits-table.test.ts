import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type JourneyClient, startIdly } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { solveWork } from './solve-work.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

/** The handbook's table "In one day": what stands in a row for each number of addresses. */
function handbook(): Record<string, number[]> {
  const text = readFileSync('docs/handbook/limits.md', 'utf8');
  const [, section = ''] = /## In one day\n([\s\S]*?)\n## /.exec(text) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  const [head = [], , ...body] = cells;
  expect(head.slice(1)).toEqual(['1 address', '10 addresses', '1,000 addresses']);
  return Object.fromEntries(body.map(([name = '', ...values]) => [name, values.map(Number)]));
}

const TABLE = handbook();
const HOUR = 3_600_000;
const HOME = '203.0.113.7';

let keyturn: Keyturn;
let owner: Enrolled;

afterEach(async () => {
  await keyturn.close();
});

/** The default limits; only the work is small, as its size is not what is counted here. */
async function open(): Promise<void> {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: { work: { iterations: 1, tries: 2 } } },
    trustedProxies: ['127.0.0.1'],
  });
  await addPerson(keyturn, 'alice');
  owner = await keyturn.enrol('alice');
  expect(await recovers(HOME)).toBe(true);
  // The day of the attack is another one.
  keyturn.clock.move(25 * HOUR);
}

const addressOf = (index: number) => `10.${Math.floor(index / 250)}.${index % 250}.1`;
const codes = () => keyturn.messages(owner.address).filter(({ text }) => /^\d{8}$/m.test(text));

/** A journey from an address, at its first code. Work is done where it is wanted. */
async function begin(address: string): Promise<JourneyClient> {
  const client = await startIdly(keyturn.url, { account: 'alice', headers: { 'x-forwarded-for': address } });
  if (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'email' });
  client.at('code');
  return client;
}

/** Whether the code of this journey was sent; the outbox has then delivered all there was. */
async function ownCode(client: JourneyClient): Promise<string | undefined> {
  const waiting = async () =>
    (await keyturn.deps.store.outbox.backlog(keyturn.clock.now())).find(({ lane }) => lane === 'code')?.waiting ?? 0;
  await until(async () => (await waiting()) === 0, 'an empty outbox');
  const row = await keyturn.deps.store.journeys.findByToken(keyturn.deps.keys.digest('journey-token', client.token));
  const { step } = JSON.parse(row?.state ?? '{}') as { step: { challengeId: string } };
  const challenge = await keyturn.deps.store.challenges.find(step.challengeId);
  return codes()
    .map(codeIn)
    .find((code) => challenge?.expected.includes(keyturn.deps.keys.digest('code', `${step.challengeId}|${code}`)));
}

/** Whether the owner gets to the new password from an address, with what is in the mailbox and the authenticator. */
async function recovers(address: string): Promise<boolean> {
  // No code of the authenticator counts twice.
  keyturn.clock.move(31_000);
  const client = await begin(address);
  const code = await ownCode(client);
  if (code === undefined) return false;
  await client.answer({ code });
  await client.answer({ code: owner.totp() });
  return client.step.kind === 'new-password';
}

async function judged(): Promise<number> {
  const rows = await keyturn.deps.store.audit.read(0, 100_000);
  return rows.filter(({ type, data }) => type === 'journey.proof-refused' && !data.includes('"judged":false')).length;
}

/** How many wrong codes were compared with the authenticator: those that were judged until it was suspended. */
async function comparedWithAuthenticator(): Promise<{ compared: number; suspended: boolean }> {
  const rows = await keyturn.deps.store.audit.read(0, 100_000);
  const at = rows.findIndex(({ type }) => type === 'factor.suspended');
  const isGuess = ({ type, data }: (typeof rows)[number]) =>
    type === 'journey.proof-refused' && data.includes('"totp"') && !data.includes('"judged":false');
  // The guess that suspends it is written down behind the suspension.
  return at < 0
    ? { compared: rows.filter(isGuess).length, suspended: false }
    : { compared: rows.slice(0, at).filter(isGuess).length + 1, suspended: true };
}

const PARTIES = [1, 10, 1000] as const;

describe.each(PARTIES)('an attacker with %i addresses, in one day', (addresses) => {
  const column = PARTIES.indexOf(addresses);
  const told = (row: string) => TABLE[row]?.[column] ?? Number.NaN;
  /** More than what is granted to a place; of a thousand places each tries less, and all together more than is granted. */
  const rounds = addresses === 1000 ? 1 : 13;

  it('can mail, guess and lock out as much as the handbook says, and no more', { timeout: 300_000 }, async () => {
    await open();
    const before = codes().length;
    const begun = keyturn.clock.now();
    let atTheAuthenticator = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (let index = 0; index < addresses; index += 1) {
        const client = await begin(addressOf(index));
        for (let guess = 0; guess < (addresses === 1000 ? 1 : 5); guess += 1) await client.answer({ code: '00000000' });
        if (client.step.kind === 'code' && client.step.factor.kind === 'totp') atTheAuthenticator += 1;
        keyturn.clock.move(Math.floor((20 * HOUR) / (rounds * addresses)));
      }
    }
    expect(keyturn.clock.now() - begun).toBeLessThan(24 * HOUR);
    await ownCode(await begin(addressOf(0)));
    expect(codes().length - before).toBe(told('codes mailed to the owner'));
    const warnings = keyturn.messages(owner.address).filter(({ subject }) => subject.startsWith('Somebody is trying'));
    expect(warnings).toHaveLength(told('warnings mailed to the owner'));
    expect(await judged()).toBe(told('guesses at mailed codes that are judged'));
    expect(atTheAuthenticator).toBe(told('guesses at the authenticator'));

    expect(await recovers(HOME)).toBe(told('hours without recovery for the owner, in a network from which they recovered before') === 0);
    const elsewhere = await recovers('192.0.2.1');
    expect(elsewhere).toBe(told('hours without recovery for the owner, in a network that they never used') === 0);
    // What cannot be had then can be had when the day is over.
    keyturn.clock.move(begun + 24 * HOUR + 60_000 - keyturn.clock.now());
    expect(await recovers('192.0.2.2')).toBe(true);
  });

  it('who reads the mail guesses at the authenticator as often as the handbook says', async () => {
    await open();
    for (let index = 0; index < Math.min(addresses, 40); index += 1) {
      for (let journey = 0; journey < 5; journey += 1) {
        const client = await begin(addressOf(index));
        const code = await ownCode(client);
        if (code === undefined) break;
        await client.answer({ code });
        while (client.step.kind === 'code' && client.step.factor.kind === 'totp') await client.answer({ code: '000000' });
      }
    }
    const { compared, suspended } = await comparedWithAuthenticator();
    expect(compared).toBe(told("guesses at the authenticator by somebody who reads the owner's mail"));
    expect(suspended).toBe(addresses > 1);
    if (!suspended) return;
    // Nothing that is typed is compared with it any more: the right code is refused as well, where the guard lets it be judged.
    const client = await begin(HOME);
    await client.answer({ code: await ownCode(client) });
    expect(client.step).toMatchObject({ kind: 'code', factor: { kind: 'totp' } });
    keyturn.clock.move(31_000);
    await client.answer({ code: owner.totp() });
    expect(client.step.kind).not.toBe('new-password');
    const last = (await keyturn.deps.store.audit.read(0, 100_000)).findLast(({ type }) => type === 'journey.proof-refused');
    expect(last?.data).toContain('"totp"');
    expect(last?.data).not.toContain('"judged":false');
  });
});
