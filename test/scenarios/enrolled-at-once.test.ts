import { Secret, TOTP } from 'otpauth';
import { beforeAll, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newSeed } from '../../src/core/enrolment/totp-seed.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey } from '../servers/soft-passkey.ts';
import { newestFirst } from './by-time.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, type SessionReply, signIn } from './sign-in-client.ts';
import { codeIn, type Enrolled, holdsCode, type Keyturn, until } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of a kind, for one account. */
const MOST = 10;

/** One person at two devices, or in two tabs, whose requests meet at the same moment at two nodes. */
describeEachEngine('two enrolments of one person at once, on %s', (engine) => {
  let nodes: [Keyturn, Keyturn];
  beforeAll(async () => {
    nodes = await engine.startTwo({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: ORIGIN },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        factors: {
          questions: { setUp: 3, asked: 2, pool: ['street', 'teacher', 'pet'].map((id) => ({ id, en: `What was the first ${id}?` })) },
        },
        recovery: {
          rules: [
            {
              name: 'everybody',
              accepted: [['passkey'], ['email', 'totp'], ['email', 'recovery-code'], ['email', 'questions']],
            },
          ],
        },
      },
    });
  });
  const node = (nth: number) => nodes[nth % 2] as Keyturn;
  const store = () => nodes[0].deps.store;

  async function signedIn() {
    const login = newLogin();
    await addPerson(nodes[0], login);
    const person = await nodes[0].enrol(login);
    const { token } = await signIn(nodes[0], login, person);
    return { login, person, at: at(token) };
  }
  /** The session at one of the nodes. */
  const at =
    (token: string) =>
    (nth: number, method: string, path: string, body?: unknown): Promise<SessionReply> =>
      inSession(node(nth).url, token, method, path, body);
  type At = ReturnType<typeof at>;

  const codeAt = (seed: unknown) => new TOTP({ secret: Secret.fromBase32(String(seed)) }).generate({ timestamp: nodes[0].clock.now() });
  const beginTotp = async (held: At, nth = 0) => (await held(nth, 'POST', '/me/factors/totp', {})).body;
  const confirmTotp = (held: At, nth: number, { ceremony, seed }: Record<string, unknown>) =>
    held(nth, 'POST', '/me/factors/confirm', { ceremony, code: codeAt(seed) });
  const codesTo = (address: string) => newestFirst(nodes[0].messages(address).filter(holdsCode)).map(codeIn);
  const kept = async ({ account }: Enrolled, kind: string) => (await store().factors.ofAccount(account)).filter((row) => row.kind === kind);
  const eventsOf = async ({ account }: Enrolled, type: string) =>
    (await store().audit.read(0, 1_000_000)).filter((row) => row.type === type && row.data.includes(account.id));
  const outcomes = (replies: readonly SessionReply[]) => replies.map(({ status, body }) => body.code ?? status).toSorted();

  it('of one authenticator keep it once, and tell of it once', async () => {
    const { person, at: held } = await signedIn();
    const begun = await beginTotp(held);
    const replies = await Promise.all([0, 1, 2, 3].map((nth) => confirmTotp(held, nth, begun)));
    expect(outcomes(replies)).toEqual([201, ...Array.from({ length: 3 }, () => 'enrolment.ceremony-over')]);
    expect(await kept(person, 'totp')).toHaveLength(2);
    expect(await eventsOf(person, 'factor.enrolled')).toHaveLength(1);
  });

  it('of one address keep it once, however it was begun and is spelled', async () => {
    const { person, at: held } = await signedIn();
    const address = `${newLogin()}@home.example`;
    const spelled = [address, address.replace('home', 'HOME')];
    const begun = await Promise.all(spelled.map((each, nth) => held(nth, 'POST', '/me/factors/email', { address: each })));
    await until(() => codesTo(address).length === 2, 'both codes');
    // Which code belongs to which is not told: each is given where it is right.
    const replies = await Promise.all(
      begun.map(async ({ body }, nth) => {
        const tried: SessionReply[] = [];
        for (const code of codesTo(address)) tried.push(await held(nth, 'POST', '/me/factors/confirm', { ceremony: body.ceremony, code }));
        return tried.find(({ body: answer }) => answer.code !== 'enrolment.code-wrong' && answer.code !== 'enrolment.ceremony-over');
      }),
    );
    expect(outcomes(replies.filter((reply) => reply !== undefined))).toEqual([201, 'enrolment.present']);
    expect((await kept(person, 'email')).filter(({ label }) => label === address)).toHaveLength(1);
  });

  it('keep ten authenticators at most, however many are confirmed', async () => {
    const { person, at: held } = await signedIn();
    for (let nth = 2; nth < MOST; nth += 1) {
      const secret = newSeed(nodes[0].deps.random);
      await addFactor(nodes[0].deps, store(), { account: person.account, kind: 'totp', label: 'app', secret, source: 'test' });
    }
    const begun = await Promise.all(Array.from({ length: 6 }, (_, nth) => beginTotp(held, nth)));
    const replies = await Promise.all(begun.map((each, nth) => confirmTotp(held, nth, each)));
    expect(outcomes(replies)).toEqual([201, ...Array.from({ length: 5 }, () => 'enrolment.too-many')]);
    expect(await kept(person, 'totp')).toHaveLength(MOST);
  });

  it('keep ten passkeys at most, and one that two devices send once', async () => {
    const { person, at: held } = await signedIn();
    const make = async (nth: number) => {
      const options = await held(nth, 'POST', '/me/factors/passkey-options', {});
      expect(options.status).toBe(201);
      const credential = createSoftPasskey(ORIGIN).make(options.body.publicKey as never);
      return { ceremony: options.body.ceremony, credential, name: `Key ${nth}` };
    };
    const [first] = [await make(0)];
    const doubled = await Promise.all([0, 1].map((nth) => held(nth, 'POST', '/me/factors/passkeys', first)));
    expect(outcomes(doubled)).toEqual([201, 'passkey.out-of-date']);
    const made = await Promise.all(Array.from({ length: MOST + 3 }, (_, nth) => make(nth)));
    const replies = await Promise.all(made.map((each, nth) => held(nth, 'POST', '/me/factors/passkeys', each)));
    expect(outcomes(replies)).toEqual([
      ...Array.from({ length: MOST - 1 }, () => 201),
      ...Array.from({ length: 4 }, () => 'enrolment.too-many'),
    ]);
    expect(await kept(person, 'passkey')).toHaveLength(MOST);
  });

  it('of recovery codes leave one list of ten, the codes of which all prove, and none of the others', async () => {
    const { login, person, at: held } = await signedIn();
    const replies = await Promise.all(Array.from({ length: 4 }, (_, nth) => held(nth, 'POST', '/me/factors/recovery-codes', {})));
    expect(outcomes(replies)).toEqual([201, 201, 201, 201]);
    expect(await kept(person, 'recovery-code')).toHaveLength(MOST);
    expect(await eventsOf(person, 'factor.ended')).toHaveLength(3 * MOST);
    nodes[0].clock.move(DAY + HOUR);
    const proves = async (code: string): Promise<boolean> => {
      nodes[0].clock.move(31_000);
      const client = await startJourney(node(1).url, login);
      const before = codesTo(person.address).length;
      await client.answer({ option: 'email' });
      await until(() => codesTo(person.address).length > before, 'a code');
      await client.answer({ code: codesTo(person.address)[0] });
      await client.answer({ option: 'recovery-code' });
      await client.answer({ code });
      const isProven = client.step.kind === 'new-password';
      await client.call('DELETE', '/journeys/current');
      return isProven;
    };
    const lists = replies.map(({ body }) => body.codes as string[]);
    const good: boolean[][] = [];
    for (const list of lists) good.push([await proves(list[0] ?? ''), await proves(list[9] ?? '')]);
    expect(good.map(String).toSorted()).toEqual(['false,false', 'false,false', 'false,false', 'true,true']);
  });

  it('of questions leave one set', async () => {
    const { person, at: held } = await signedIn();
    const answers = () => ['street', 'teacher', 'pet'].map((question) => ({ question, answer: `${question} of mine ${newLogin()}` }));
    const sets = [answers(), answers(), answers(), answers()];
    const replies = await Promise.all(sets.map((each, nth) => held(nth, 'POST', '/me/factors/questions', { answers: each })));
    expect(outcomes(replies)).toEqual([201, 201, 201, 201]);
    expect(await kept(person, 'questions')).toHaveLength(1);
  });

  it('of somebody who has nothing, each signed in by the password alone: one session adds, and what it adds waits', async () => {
    const login = newLogin();
    await addPerson(nodes[0], login);
    const sessions: At[] = [];
    for (const nth of [0, 1, 2, 3]) {
      nodes[0].clock.move(31_000);
      const opened = await exchange(node(nth).url, await proveSignIn(node(nth).url, login));
      expect(opened.body.session?.rights).toBe('enrolment');
      sessions.push(at(String(opened.body.token)));
    }
    const begun = await Promise.all(sessions.map((held, nth) => beginTotp(held, nth)));
    const asked = nodes[0].clock.now();
    const replies = await Promise.all(sessions.map((held, nth) => confirmTotp(held, nth, begun[nth] ?? {})));
    // Whoever was slower is signed out: what proves the person has changed.
    expect(outcomes(replies)).toEqual([201, ...Array.from({ length: 3 }, () => 'session.ended')]);
    const [account] = await nodes[0].deps.directories.get('people').findAccounts(login);
    const rows = await store().factors.ofAccount({ directory: 'people', id: account?.id ?? '' });
    expect(rows.map(({ kind }) => kind)).toEqual(['totp']);
    expect(rows[0]?.countsFrom).toBeGreaterThanOrEqual(asked + DAY);
    const winner = replies.findIndex(({ status }) => status === 201);
    const [held] = sessions.slice(winner);
    // Once more at both nodes, by who is left: each waits as long as if it had come alone.
    const more = await Promise.all([0, 1].map((nth) => held?.(nth, 'POST', '/me/factors/recovery-codes', {})));
    expect(more.map((reply) => reply?.status)).toEqual([201, 201]);
    for (const { countsFrom } of await store().factors.ofAccount({ directory: 'people', id: account?.id ?? '' }))
      expect(countsFrom).toBeGreaterThanOrEqual(asked + DAY);
  });

  it('and a proof that is taken away meanwhile: what is told agrees with what is there', async () => {
    const { person, at: held } = await signedIn();
    const [totp] = await kept(person, 'totp');
    const begun = await beginTotp(held);
    const [added, removed] = await Promise.all([confirmTotp(held, 0, begun), held(1, 'DELETE', `/me/factors/${totp?.id}`)]);
    expect(added.status).toBe(201);
    // Before the new one was there it was the last way; the new one waits, and is a way all the same.
    expect([204, 409]).toContain(removed.status);
    expect(await kept(person, 'totp')).toHaveLength(removed.status === 204 ? 1 : 2);
    expect(await eventsOf(person, 'factor.ended')).toHaveLength(removed.status === 204 ? 1 : 0);
  });

  it('and a recovery: what was proven in it is proven still', async () => {
    const { login, person, at: held } = await signedIn();
    const begun = await beginTotp(held);
    nodes[0].clock.move(31_000);
    const client = await startJourney(node(1).url, login);
    await prove(nodes[1], client, person);
    client.at('new-password');
    const [added, written] = await Promise.all([confirmTotp(held, 0, begun), client.answer({ password: `Qz-${newLogin()}-0-Wyr` })]);
    client.at('done');
    expect(written.status).toBe(200);
    // The new password ends the session; which came first decides.
    expect(outcomes([added])[0] === 201 || added.body.code === 'session.ended').toBe(true);
    expect(await kept(person, 'totp')).toHaveLength(added.status === 201 ? 2 : 1);
  });
});
