import { Secret, TOTP } from 'otpauth';
import { beforeAll, expect, it } from 'vitest';
import { type Invited, type InviteOptions, invite } from '../../src/core/enrolment/invitations/invite.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { request } from './journey-client.ts';
import { addPerson, embeddedSection, PROTECTED_GROUP } from './sample-directory.ts';
import { exchange, inSession, proveSignIn, type SessionClient, signIn } from './sign-in-client.ts';
import { type Keyturn, until } from './start-keyturn.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describeEachEngine('an invitation, on %s', (engine) => {
  let keyturn: Keyturn;
  beforeAll(async () => {
    keyturn = await engine.start({
      directories: [embeddedSection()],
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        guard: GENEROUS_LIMITS,
        signIn: { enabled: true },
        recovery: { rules: [{ name: 'everybody', accepted: [['recovery-code', 'totp']] }] },
      },
    });
  });

  async function person(more: { mail?: string; groups?: string[]; disabled?: boolean } = {}): Promise<string> {
    const login = newLogin();
    await addPerson(keyturn, login, more as object);
    return login;
  }
  async function inviting(login: string, changes: Partial<InviteOptions> = {}): Promise<Invited> {
    const [directory] = keyturn.deps.directories.all();
    const [account] = (await directory?.findAccounts(login)) ?? [];
    if (directory === undefined || account === undefined) throw new Error(`no ${login}`);
    const { rules } = keyturn.deps.configuration().recovery;
    const asked = {
      goal: 'reset-password' as const,
      client: 'web' as const,
      address: null,
      rules,
      canBeVouchedFor: () => Promise.resolve(false),
    };
    const came = await invite(keyturn.deps, directory, account, {
      ...{ asked, by: { author: 'operator', lane: 'bulk' }, again: false, dryRun: false, byHand: false },
      ...changes,
    });
    keyturn.deps.wakeOutbox('bulk');
    return came;
  }
  const tokenOf = (came: Invited): string => {
    if (came.outcome !== 'invited') throw new Error(`not invited: ${came.outcome}`);
    const link = new URL(came.link);
    expect(link.origin + link.pathname + link.search).toBe('http://localhost/invite');
    return link.hash.slice(1);
  };
  const show = (held: Pick<SessionClient, 'call'>, token: string) => held.call('POST', '/me/invitation', { token });
  const addTotp = async (held: Pick<SessionClient, 'call'>) => {
    const begun = await held.call('POST', '/me/factors/totp', {});
    const seed = String(begun.body.seed);
    const code = new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: keyturn.clock.now() });
    return { seed, added: await held.call('POST', '/me/factors/confirm', { ceremony: begun.body.ceremony, code }) };
  };
  const isWaiting = (countsFrom: unknown) => Date.parse(String(countsFrom)) > keyturn.clock.now() + HOUR;
  const mails = (login: string) => keyturn.messages(`${login}@work.example.test`).filter(({ text }) => text.includes('/invite#'));

  it('is mailed once, and lets what is set up by it count at once, and sign in', async () => {
    const login = await person();
    const token = tokenOf(await inviting(login));
    await until(() => mails(login).length === 1, 'the mail');
    expect(mails(login)[0]?.text).toContain(`/invite#${token}`);
    expect((await inviting(login)).outcome).toBe('invited-already');

    const held = await signIn(keyturn, login);
    expect(held.session.rights).toBe('enrolment');
    expect(await show(held, token)).toMatchObject({ status: 200, body: { coolDownHours: 0 } });
    expect(await show(held, token)).toMatchObject({ status: 200 });
    const { seed, added } = await addTotp(held);
    expect(added.status).toBe(201);
    expect(isWaiting(added.body.countsFrom)).toBe(false);
    const made = await held.call('POST', '/me/factors/recovery-codes', {});
    expect(isWaiting(made.body.countsFrom)).toBe(false);
    expect((await held.call('GET', '/me/factors')).body.coolDownHours).toBe(0);
    // Whoever has set something up can sign in with it, and needs no further invitation.
    keyturn.clock.move(31_000);
    const client = await proveSignIn(keyturn.url, login);
    await client.answer({ option: 'totp' });
    await client.answer({ code: new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: keyturn.clock.now() }) });
    client.at('done');
    const full = await exchange(keyturn.url, client);
    expect(full.body.session?.rights).toBe('full');
    expect((await inviting(login)).outcome).toBe('set-up-already');
    // Signed in like that, the invitation is used up, and shortens nothing.
    const call: SessionClient['call'] = (method, path, body) => inSession(keyturn.url, String(full.body.token), method, path, body);
    expect((await show({ call }, token)).body.code).toBe('invitation.invalid');
    expect(isWaiting((await addTotp({ call })).added.body.countsFrom)).toBe(true);
  });

  it('is used up by nobody who only has the link, or only the password', async () => {
    const [login, other] = [await person(), await person()];
    const token = tokenOf(await inviting(login));
    // A scanner opens whatever is in a mail.
    for (const method of ['GET', 'HEAD', 'POST'])
      await fetch(`${keyturn.url}/invite`, { method }).then((response) => response.arrayBuffer());
    expect((await request(keyturn.url, 'POST', '/me/invitation', { token })).body.code).toBe('session.missing');
    const stranger = await signIn(keyturn, other);
    expect((await show(stranger, token)).body.code).toBe('invitation.other-account');
    expect((await show(stranger, 'A'.repeat(43))).body.code).toBe('invitation.invalid');
    expect(isWaiting((await addTotp(stranger)).added.body.countsFrom)).toBe(true);
    const held = await signIn(keyturn, login);
    // Without showing it what is added waits, as ever.
    expect((await held.call('GET', '/me/factors')).body.coolDownHours).toBe(24);
    expect((await show(held, token)).status).toBe(200);
  });

  it('gives something in one session alone, however many show it at once', async () => {
    const login = await person();
    const token = tokenOf(await inviting(login));
    const held = [await signIn(keyturn, login), await signIn(keyturn, login), await signIn(keyturn, login)];
    await Promise.all(held.map((each) => show(each, token)));
    const added = await Promise.all(held.map(async (each) => (await addTotp(each)).added));
    const atOnce = added.filter(({ status, body }) => status === 201 && !isWaiting(body.countsFrom));
    // The one that holds it; adding ends the others.
    expect(atOnce.length).toBeLessThanOrEqual(1);
    const [row, ...more] = await keyturn.deps.store.invitations.ofAccount(await refOf(login));
    expect(more).toEqual([]);
    expect(row?.usedAt !== null).toBe(atOnce.length === 1);
  });

  it('stays good for who closed the browser before anything was added, and for nobody after that', async () => {
    const login = await person();
    const token = tokenOf(await inviting(login));
    const first = await signIn(keyturn, login);
    expect((await show(first, token)).status).toBe(200);
    const second = await signIn(keyturn, login);
    expect((await show(second, token)).status).toBe(200);
    expect((await first.call('GET', '/me/factors')).body.coolDownHours).toBe(24);
    expect(isWaiting((await addTotp(second)).added.body.countsFrom)).toBe(false);
  });

  it('shortens nothing on a phone that somebody lets in who is signed in in full', async () => {
    const login = await person();
    const token = tokenOf(await inviting(login));
    const held = await signIn(keyturn, login, await keyturn.enrol(login));
    expect(held.session.rights).toBe('full');
    expect((await show(held, token)).status).toBe(200);
    const offered = await held.call('POST', '/me/phones', {});
    const link = new URL(String(offered.body.address)).hash.slice(1);
    const opened = (await request(keyturn.url, 'POST', '/phone', { link })).body as never as {
      token: string;
      journey: string;
      step: { digits: string };
    };
    expect((await held.call('POST', `/me/phones/${offered.body.phone}`, { digits: opened.step.digits })).status).toBe(204);
    await request(keyturn.url, 'GET', `/journeys/${opened.journey}`, undefined, { authorization: `Bearer ${opened.token}` });
    const entered = await inSession(keyturn.url, opened.token, 'POST', '/session', { journey: opened.journey });
    expect(entered.status).toBe(201);
    const call: SessionClient['call'] = (method, path, body) => inSession(keyturn.url, String(entered.body.token), method, path, body);
    expect(isWaiting((await addTotp({ call })).added.body.countsFrom)).toBe(true);
  });

  it('ends by its time, by a newer one, and by an operator', async () => {
    const late = await person();
    const tooOld = tokenOf(await inviting(late));
    keyturn.clock.move(7 * DAY + 1);
    expect((await show(await signIn(keyturn, late), tooOld)).body.code).toBe('invitation.invalid');
    expect((await inviting(late)).outcome).toBe('invited');

    const again = await person();
    const before = tokenOf(await inviting(again));
    const newer = tokenOf(await inviting(again, { again: true }));
    const held = await signIn(keyturn, again);
    expect((await show(held, before)).body.code).toBe('invitation.invalid');
    expect((await show(held, newer)).status).toBe(200);
    // Shown, and taken back before anything was added.
    await keyturn.deps.store.invitations.revokeOpen(await refOf(again), keyturn.clock.now());
    expect(isWaiting((await addTotp(held)).added.body.countsFrom)).toBe(true);
  });

  it('ends when its owner says that something was not them', async () => {
    const login = await person();
    tokenOf(await inviting(login));
    const held = await signIn(keyturn, login);
    expect((await addTotp(held)).added.status).toBe(201);
    const notice = () => keyturn.messages(`${login}@work.example.test`).find(({ text }) => text.includes('/not-me#'));
    await until(() => notice() !== undefined, 'the notice');
    const link = /not-me#(\S+)/.exec(notice()?.text ?? '')?.[1];
    expect((await request(keyturn.url, 'POST', '/notices/not-me', { token: link })).status).toBe(200);
    const [row] = await keyturn.deps.store.invitations.ofAccount(await refOf(login));
    expect(row).toMatchObject({ usedAt: null, revokedAt: expect.any(Number) });
  });

  it('goes to nobody who is protected, closed or without an address, nor twice to anybody', async () => {
    const closed = await inviting(await person({ disabled: true }));
    expect(closed).toMatchObject({ outcome: 'barred', verdict: { reason: 'account-disabled' } });
    const admin = await inviting(await person({ groups: [PROTECTED_GROUP] }));
    expect(admin).toMatchObject({ outcome: 'barred', verdict: { reason: 'account-protected' } });
    const login = await person();
    expect((await inviting(login, { dryRun: true })).outcome).toBe('would-be-invited');
    const came = await Promise.all(Array.from({ length: 6 }, () => inviting(login)));
    expect(came.filter(({ outcome }) => outcome === 'invited')).toHaveLength(1);
    await until(() => mails(login).length > 0, 'the mail');
    expect(mails(login)).toHaveLength(1);
    const token = tokenOf(came.find(({ outcome }) => outcome === 'invited') as Invited);
    const told = keyturn.logLines.join('\n') + JSON.stringify(await keyturn.deps.store.audit.read(0, 100_000));
    expect(told).not.toContain(token);
  });

  async function refOf(login: string) {
    const [found] = await keyturn.deps.directories.get('people').findAccounts(login);
    if (found === undefined) throw new Error(`no ${login}`);
    return { directory: found.directory, id: found.id };
  }
});
