import { beforeAll, expect, it } from 'vitest';
import type { PasskeyOptions } from '../../shared/api/enrolment.ts';
import { AppError } from '../../shared/errors.ts';
import { endFactors } from '../../src/core/enrolment/enrol-factors.ts';
import type { EmbeddedAccountRow } from '../../src/core/ports/embedded-store.ts';
import { newLogin } from '../conformance/samples.ts';
import { createSoftPasskey } from '../servers/soft-passkey.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { prove, request, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import type { Enrolled, Keyturn } from './start-keyturn.ts';

const ORIGIN = 'http://localhost';

/** The right to add a passkey that the end of a recovery gives rests on what was proven in it, and on whose account it was. */
describeEachEngine('a right to add a passkey, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: ORIGIN },
        guard: GENEROUS_LIMITS,
        recovery: { rules: [{ name: 'everybody', accepted: [['passkey'], ['email', 'totp']] }] },
      },
    });
  });

  async function recovered(): Promise<{ person: Enrolled; right: string }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    const person = await keyturn.enrol(login);
    keyturn.clock.move(60_000);
    const client = await startJourney(keyturn.url, login);
    await prove(keyturn, client, person);
    await client.answer({ password: `Quiet-harbour-at-n00n-${login}` });
    return { person, right: client.at('done').offers?.[0]?.right ?? '' };
  }
  const begin = (right: string) => request(keyturn.url, 'POST', '/enrolment/passkey-options', { right });
  const finish = (right: string, begun: Awaited<ReturnType<typeof begin>>) => {
    const { ceremony, publicKey } = begun.body as unknown as PasskeyOptions;
    return request(keyturn.url, 'POST', '/enrolment/passkeys', { right, ceremony, credential: createSoftPasskey(ORIGIN).make(publicKey) });
  };
  async function change({ account }: Enrolled, changes: Partial<EmbeddedAccountRow>): Promise<void> {
    const row = await keyturn.deps.store.embedded.find(account.directory, account.id);
    if (row === null || !(await keyturn.deps.store.embedded.update({ ...row, ...changes }))) throw new Error('not changed');
  }
  const takeAway = async ({ account }: Enrolled, kind: 'email' | 'totp') => {
    const which = { which: (row: { kind: string }) => row.kind === kind, none: new AppError('enrolment.factor-unknown') };
    await endFactors(keyturn.deps, account, which, { author: 'desk', language: 'en', lane: 'notice', reason: 'stolen' });
  };
  const invalid = { status: 410, body: { code: 'enrolment.right-invalid' } };

  it.each<[string, (person: Enrolled) => Promise<void>]>([
    ['the mailbox that was shown was taken away', (person) => takeAway(person, 'email')],
    ['the authenticator that was shown was taken away', (person) => takeAway(person, 'totp')],
    ['the account was disabled', (person) => change(person, { disabled: true })],
    ['the account became protected', (person) => change(person, { groups: [PROTECTED_GROUP] })],
  ])('is worth nothing once %s', async (_what, happen) => {
    const { person, right } = await recovered();
    const begun = await begin(right);
    expect(begun.status).toBe(200);
    await happen(person);
    expect(await finish(right, begun)).toMatchObject(invalid);
    expect(await begin(right)).toMatchObject(invalid);
    const kinds = (await keyturn.deps.store.factors.ofAccount(person.account)).map(({ kind }) => kind);
    expect(kinds).not.toContain('passkey');
  });

  it('is good where nothing has happened', async () => {
    const { right } = await recovered();
    expect((await finish(right, await begin(right))).status).toBe(201);
  });
});
