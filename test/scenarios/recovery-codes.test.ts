import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangedBy } from '../../src/core/enrolment/enrol-factors.ts';
import { issueRecoveryCodes } from '../../src/core/enrolment/recovery-codes.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { type JourneyClient, startJourney } from './journey-client.ts';
import { type RealDirectory, reachRealDirectory } from './real-directories.ts';
import { addPerson, embeddedSection, signsIn } from './sample-directory.ts';
import { type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const BY: ChangedBy = { author: 'test', language: 'en', lane: 'notice' };
const NEW = 'Second-Passw0rd-ever';
const configuration = {
  recovery: { rules: [{ name: 'everybody', accepted: [['recovery-code' as const, 'totp' as const]] }] },
  guard: { work: { iterations: 10, tries: 20 }, startsPerAccount: { count: 100 }, startsPerAccountOverall: { count: 100 } },
};

/** A person with an authenticator and ten codes. */
async function withCodes(keyturn: Keyturn, login: string): Promise<Enrolled & { codes: string[] }> {
  const person = await keyturn.enrol(login);
  return { ...person, codes: await issueRecoveryCodes(keyturn.deps, person.account, 'test', BY) };
}

async function giveCode(keyturn: Keyturn, login: string, code: string): Promise<JourneyClient> {
  const client = await startJourney(keyturn.url, login);
  await client.answer({ option: 'recovery-code' });
  client.at('code');
  await client.answer({ code });
  return client;
}
/** The step after a right code asks for the authenticator. */
const isProven = ({ step }: JourneyClient) => step.kind === 'code' && step.factor.kind === 'totp';

describe.each(['embedded', 'openldap'] as const)('a recovery code, on %s', (kind) => {
  let directory: RealDirectory | null = null;
  let keyturn: Keyturn;
  beforeAll(async () => {
    if (kind === 'openldap') directory = await reachRealDirectory(kind);
    keyturn = await startKeyturn({ directories: [directory?.section ?? embeddedSection()], configuration });
  });
  afterAll(async () => {
    await keyturn?.close();
    await directory?.proxy.stop();
  });

  it('recovers its owner once, as it is read from paper, and costs no try where it cannot be one', async () => {
    const owner = await directory?.createPerson();
    const login = owner?.login ?? newLogin();
    if (directory === null) await addPerson(keyturn, login);
    const person = await withCodes(keyturn, login);
    const [code = '', other = ''] = person.codes;
    expect(person.codes).toHaveLength(10);
    const client = await giveCode(keyturn, login, code.slice(1));
    expect(client.at('code')).toMatchObject({ attemptsLeft: 5, message: expect.stringContaining('24 letters and digits') });
    await client.answer({ code: code.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'o') });
    expect(isProven(client)).toBe(true);
    await client.answer({ code: person.totp() });
    await client.answer({ password: NEW });
    client.at('done');
    if (owner !== undefined && directory !== null) expect(await directory.realClientSignsIn(owner, NEW)).toBe(true);
    else expect(await signsIn(keyturn, login, NEW)).toBe(true);
    expect(isProven(await giveCode(keyturn, login, code))).toBe(false);
    expect(isProven(await giveCode(keyturn, login, other))).toBe(true);
    const log = keyturn.logLines.join('\n');
    const events = (await keyturn.deps.store.audit.read(0, 10_000)).map(({ data }) => data).join('\n');
    for (const secret of [code, code.replaceAll('-', '')]) expect(log + events).not.toContain(secret);
  });
});

describe('recovery codes', () => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await startKeyturn({ directories: [embeddedSection()], configuration });
  });
  afterAll(() => keyturn?.close());

  it('of others and of an earlier set prove nothing, and the page is the same as for nobody', async () => {
    const [login, stranger] = [newLogin(), newLogin()];
    for (const name of [login, stranger]) await addPerson(keyturn, name);
    const before = await withCodes(keyturn, login);
    const theirs = await withCodes(keyturn, stranger);
    const codes = await issueRecoveryCodes(keyturn.deps, before.account, 'test', BY);
    const shown = ({ step }: JourneyClient) => ({ ...step, id: '', expiresAt: '' });
    const nobody = await giveCode(keyturn, newLogin(), codes[0] ?? '');
    for (const code of [before.codes[0], theirs.codes[0]]) {
      const client = await giveCode(keyturn, login, code ?? '');
      expect(isProven(client)).toBe(false);
      expect(shown(client)).toEqual(shown(nobody));
    }
    expect(isProven(await giveCode(keyturn, login, codes[0] ?? ''))).toBe(true);
  });

  it('are told to run out when three are left', async () => {
    const login = newLogin();
    await addPerson(keyturn, login);
    const person = await withCodes(keyturn, login);
    const warnings = () => keyturn.messages(person.address).filter(({ subject }) => subject === 'You have few recovery codes left');
    for (const code of person.codes.slice(0, 6)) expect(isProven(await giveCode(keyturn, login, code))).toBe(true);
    expect(warnings()).toEqual([]);
    expect(isProven(await giveCode(keyturn, login, person.codes[6] ?? ''))).toBe(true);
    await until(() => warnings().length > 0, 'a warning');
    expect(warnings()[0]?.text).toContain('3 are left');
  });
});

describeEachEngine('one code on two nodes at once, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  beforeAll(async () => {
    nodes = await engine.startTwo({
      directories: [embeddedSection()],
      configuration,
    });
  });

  it('proves in exactly one journey', async () => {
    const login = newLogin();
    await addPerson(nodes[0], login);
    const { codes } = await withCodes(nodes[0], login);
    for (const code of codes.slice(0, 3)) {
      const clients = await Promise.all(nodes.map((node) => startJourney(node.url, login)));
      for (const client of clients) await client.answer({ option: 'recovery-code' });
      await Promise.all(clients.map((client) => client.answer({ code })));
      expect(clients.filter(isProven)).toHaveLength(1);
    }
  });
});
