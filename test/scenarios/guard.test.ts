import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../../src/core/configuration/document.ts';
import { currentTotp } from '../../src/core/factors/totp-factor.ts';
import { releaseRecovery } from '../../src/core/freeze/release-recovery.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, type Reply, request, startIdly, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { solveWork } from './solve-work.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from './start-keyturn.ts';

let keyturn: Keyturn;

afterEach(async () => {
  await keyturn.close();
});

async function open(guard: ConfigurationDocument['guard'] = {}): Promise<Enrolled> {
  keyturn = await startKeyturn({ directories: [embeddedSection()], configuration: { guard } });
  await addPerson(keyturn, 'alice');
  return keyturn.enrol('alice');
}

/** A journey from an address, through the trusted proxy; it does work only where a test does it. */
const from = (address: string, account = 'alice') => startIdly(keyturn.url, { account, headers: { 'x-forwarded-for': address } });

async function openBehindProxy(guard: ConfigurationDocument['guard'] = {}, names = ['alice']): Promise<Enrolled> {
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard },
    trustedProxies: ['127.0.0.1'],
  });
  for (const name of names) await addPerson(keyturn, name);
  return keyturn.enrol('alice');
}
const codesTo = (person: Enrolled) => keyturn.messages(person.address).filter(({ text }) => /^\d{8}$/m.test(text));
async function recover(client: JourneyClient, person: Enrolled): Promise<void> {
  // No code of the authenticator counts twice.
  keyturn.clock.move(31_000);
  if (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
  const before = codesTo(person).length;
  if (client.step.kind === 'choose-factor') await client.answer({ option: 'email' });
  await until(() => codesTo(person).length > before - (client.step.kind === 'code' ? 1 : 0), 'a code');
  // Of the codes that came the newest is the one of this journey.
  await until(async () => {
    for (const message of codesTo(person)) {
      if (client.step.kind !== 'code' || client.step.factor.kind !== 'email') break;
      const digest = codeIn(message);
      const row = await keyturn.deps.store.journeys.findByToken(keyturn.deps.keys.digest('journey-token', client.token));
      const { step } = JSON.parse(row?.state ?? '{}') as { step: { challengeId: string } };
      const challenge = await keyturn.deps.store.challenges.find(step.challengeId);
      if (challenge?.expected.includes(keyturn.deps.keys.digest('code', `${step.challengeId}|${digest}`)) === true)
        await client.answer({ code: digest });
    }
    return client.step.kind === 'code' && client.step.factor.kind === 'totp';
  }, 'the mailed code to be right');
  await client.answer({ code: person.totp() });
}

describe('a name that is tried too often', () => {
  it('costs work from then on, the same for names that do not exist, and goes on after it', async () => {
    const alice = await openBehindProxy({ startsPerAccount: { count: 2, windowSeconds: 3600 } });
    for (const name of ['alice', 'nobody']) {
      for (let start = 0; start < 2; start += 1) (await from('198.51.100.1', name)).at('choose-factor');
    }
    const shape = (client: JourneyClient) => {
      const { challenge, difficulty, id: _id, ...rest } = client.at('proof-of-work');
      return { ...rest, difficulty, algorithm: challenge.algorithm, cost: challenge.cost, keyLength: challenge.keyLength };
    };
    const [real, decoy] = [await from('198.51.100.1'), await from('198.51.100.1', 'nobody')];
    expect(shape(real)).toEqual(shape(decoy));
    for (const client of [real, decoy]) {
      await client.answer(await solveWork(client.step));
      client.at('code');
    }
    expect(codesTo(alice)).toHaveLength(1);
    // Elsewhere nobody has to work for it.
    (await from('203.0.113.7')).at('choose-factor');
  });

  it('costs more the more it is tried, up to a bound', async () => {
    await openBehindProxy({ startsPerAccount: { count: 2, windowSeconds: 3600 }, work: { iterations: 1, tries: 10, hardest: 4 } });
    const difficulties: number[] = [];
    for (let start = 0; start < 18; start += 1) {
      const client = await from('198.51.100.1', 'nobody');
      difficulties.push(client.step.kind === 'proof-of-work' ? client.step.difficulty : 0);
    }
    expect(difficulties).toEqual([0, 0, 10, ...Array(4).fill(20), ...Array(11).fill(40)]);
  });

  it('takes only work that was done, for its own journey, once', async () => {
    await openBehindProxy({ startsPerAccount: { count: 1, windowSeconds: 3600 } });
    await from('198.51.100.1');
    const [one, two] = [await from('198.51.100.1'), await from('198.51.100.1')];
    const done = await solveWork(one.step);
    for (const wrong of [
      await solveWork(two.step),
      { ...done, derivedKey: '00'.repeat(32) },
      { counter: done.counter + 1, derivedKey: done.derivedKey.slice(2) },
    ]) {
      const before = one.at('proof-of-work');
      expect((await one.answer(wrong)).status).toBe(200);
      const after = one.at('proof-of-work');
      expect([after.messageTone, after.difficulty]).toEqual(['error', before.difficulty]);
      expect(after.challenge.nonce).not.toBe(before.challenge.nonce);
    }
    // The solution of a challenge that was replaced is worth nothing either.
    await one.answer(done);
    one.at('proof-of-work');
    const right = await solveWork(one.step);
    const { id } = one.step;
    await one.answer(right);
    one.at('code');
    expect((await one.answer(right, id)).status).toBe(409);
  });

  it('costs work too where it was answered wrongly, though seldom tried', async () => {
    await openBehindProxy({ failuresPerAccount: { count: 3, countWithWork: 6 } });
    const client = await from('198.51.100.1', 'nobody');
    await client.answer({ option: 'email' });
    for (let attempt = 0; attempt < 3; attempt += 1) await client.answer({ code: '00000000' });
    (await from('198.51.100.1', 'nobody')).at('proof-of-work');
    (await from('203.0.113.7', 'nobody')).at('choose-factor');
  });

  it('asks for work before a user name is mailed as well', async () => {
    const alice = await openBehindProxy({ startsPerAccount: { count: 1, windowSeconds: 3600 } });
    const ask = () => startIdly(keyturn.url, { account: 'alice', goal: 'find-username', headers: { 'x-forwarded-for': '198.51.100.1' } });
    (await ask()).at('done');
    await keyturn.waitForMessage(alice.address);
    const client = await ask();
    await client.answer(await solveWork(client.step));
    client.at('done');
    await keyturn.waitForMessage(alice.address, 1);
  });
});

describe('another code', () => {
  it('costs work once in a journey, from which one may go back to the code that was sent', async () => {
    const alice = await openBehindProxy();
    const client = await from('198.51.100.1');
    await client.answer({ option: 'email' });
    const first = codeIn(await keyturn.waitForMessage(alice.address));
    keyturn.clock.move(61_000);
    await client.answer({ resend: true });
    expect(client.at('proof-of-work').canGoBack).toBe(true);
    await client.answer({ back: true });
    client.at('code');
    await client.answer({ resend: true });
    await client.answer(await solveWork(client.step));
    expect(client.at('code')).toMatchObject({ message: expect.stringMatching(/Another code/), attemptsLeft: 5 });
    await keyturn.waitForMessage(alice.address, 1);
    await client.answer({ code: first });
    expect(client.at('code').attemptsLeft).toBe(4);
    keyturn.clock.move(61_000);
    await client.answer({ resend: true });
    client.at('code');
  });

  it('comes to the owner though all that is free was used up under other names of the account', async () => {
    const alice = await openBehindProxy({
      messagesPerAccountOverall: { count: 4, countWithWork: 12 },
      startsPerAccountOverall: { count: 4, windowSeconds: 86_400 },
    });
    for (let network = 0; network < 8; network += 1) {
      const theirs = await from(`198.51.${network}.1`);
      if (theirs.step.kind === 'choose-factor') await theirs.answer({ option: 'email' });
    }
    await until(() => codesTo(alice).length === 4, 'all that is free');
    const own = await from('203.0.113.7', 'alice@work.example.test');
    own.at('choose-factor');
    await own.answer({ option: 'email' });
    expect(own.at('code').sentAt).not.toBeNull();
    keyturn.clock.move(61_000);
    await own.answer({ resend: true });
    await recover(own, alice);
    own.at('new-password');
  });
});

describe('messages to one account', () => {
  const limits = { messagesPerAccount: { count: 2, countWithWork: 3 }, messagesPerAccountOverall: { count: 4, countWithWork: 6 } };

  it('are as few for one network as it may have, whatever spelling was typed, and more only for work', async () => {
    const alice = await openBehindProxy(limits);
    for (const name of ['alice', 'ALICE', 'alice@work.example.test', ' alice ', 'Alice']) {
      const client = await from('198.51.100.1', name);
      await client.answer({ option: 'email' });
      expect(client.at('code').sentAt).not.toBeNull();
    }
    expect(codesTo(alice)).toHaveLength(2);
    const worked = await from('198.51.100.9');
    await worked.answer({ option: 'email' });
    for (let round = 0; round < 3; round += 1) {
      keyturn.clock.move(61_000);
      await worked.answer({ resend: true });
      if (worked.step.kind === 'proof-of-work') await worked.answer(await solveWork(worked.step));
    }
    await until(() => codesTo(alice).length === 3, 'the one that work bought');
    expect(codesTo(alice)).toHaveLength(3);
  });

  it('keep a share for a network and for a browser from which the owner succeeded', async () => {
    const alice = await openBehindProxy(limits);
    await recover(await from('203.0.113.7'), alice);
    for (let network = 0; network < 12; network += 1) {
      const theirs = await from(`198.51.${network}.1`);
      if (theirs.step.kind === 'proof-of-work') await theirs.answer(await solveWork(theirs.step));
      else await theirs.answer({ option: 'email' });
    }
    const before = codesTo(alice).length;
    const stranger = await from('192.0.2.1');
    if (stranger.step.kind === 'proof-of-work') await stranger.answer(await solveWork(stranger.step));
    else await stranger.answer({ option: 'email' });
    expect(codesTo(alice)).toHaveLength(before);
    const own = await from('203.0.113.99');
    await recover(own, alice);
    own.at('new-password');
  });
});

describe('a browser from which the owner succeeded', () => {
  const browse = (cookie: string, address: string, method: string, path: string, body?: unknown) =>
    request(keyturn.url, method, path, body, { cookie, 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' });
  const cookiesOf = (reply: Reply) => reply.headers.getSetCookie().map((cookie) => cookie.replace(/;.*/, ''));

  it('is known again by a cookie that it got with its success, and has a share of its own in any network', async () => {
    const limits = { messagesPerAccount: { count: 1, countWithWork: 1 }, messagesPerAccountOverall: { count: 1, countWithWork: 1 } };
    const alice = await openBehindProxy({ ...limits, failuresPerAccount: { count: 3, countWithWork: 3 } });
    const start = { goal: 'reset-password', account: 'alice' };
    const walk = async (cookie: string, address: string) => {
      const started = await browse(cookie, address, 'POST', '/journeys', start);
      const jar = [...cookiesOf(started), ...(cookie.includes('device') ? [cookie] : [])].join('; ');
      const asked = await browse(jar, address, 'POST', `/journeys/${started.body.journey}/steps/${started.body.step?.id}`, {
        option: 'email',
      });
      return { jar, started, asked };
    };
    const nobody = await browse('', '203.0.113.7', 'POST', '/journeys', { ...start, account: 'nobody' });
    const first = await walk('', '203.0.113.7');
    expect(cookiesOf(nobody).map((cookie) => cookie.replace(/=.*/, ''))).toEqual(
      cookiesOf(first.started).map((cookie) => cookie.replace(/=.*/, '')),
    );
    const proven = await browse(
      first.jar,
      '203.0.113.7',
      'POST',
      `/journeys/${first.asked.body.journey}/steps/${first.asked.body.step?.id}`,
      {
        code: codeIn(await keyturn.waitForMessage(alice.address)),
      },
    );
    expect(proven.headers.getSetCookie()).toEqual([]);
    const complete = await browse(first.jar, '203.0.113.7', 'POST', `/journeys/${proven.body.journey}/steps/${proven.body.step?.id}`, {
      code: alice.totp(),
    });
    const device = cookiesOf(complete).find((cookie) => cookie.startsWith('keyturn-device=')) ?? '';
    expect(device).not.toBe('');
    // Everything is used up for strangers, in the network where the owner now is as well.
    for (const address of ['198.51.100.1', '192.0.2.1']) await walk('', address);
    const before = codesTo(alice).length;
    await walk('', '192.0.2.2');
    expect(codesTo(alice)).toHaveLength(before);
    await walk(device, '192.0.2.2');
    await until(() => codesTo(alice).length === before + 1, 'a code for the known browser');
  });
});

describe('wrong proofs', () => {
  const fail = async (address: string, times: number) => {
    for (let done = 0; done < times; ) {
      const client = await from(address);
      if (client.step.kind === 'proof-of-work') await client.answer(await solveWork(client.step));
      else await client.answer({ option: 'email' });
      for (; done < times && client.step.kind === 'code'; done += 1) await client.answer({ code: '00000000' });
    }
  };
  const judged = async () =>
    (await keyturn.deps.store.audit.read(0, 10_000)).filter(
      ({ type, data }) => type === 'journey.proof-refused' && !data.includes('"judged":false'),
    ).length;

  it('of one network are judged as long as it has its share, and keep the owner out nowhere else', async () => {
    const alice = await openBehindProxy({ failuresPerAccount: { count: 3, countWithWork: 6 } });
    await fail('198.51.100.1', 15);
    expect(await judged()).toBeLessThanOrEqual(6);
    const own = await from('203.0.113.7');
    await recover(own, alice);
    own.at('new-password');
  });

  it('of many networks are bounded together, and the owner still gets in from where they are at home', async () => {
    const alice = await openBehindProxy({
      failuresPerAccount: { count: 3, countWithWork: 4 },
      failuresPerAccountOverall: { count: 6, countWithWork: 9 },
      messagesPerAccountOverall: { count: 100, countWithWork: 100 },
    });
    await recover(await from('203.0.113.7'), alice);
    for (let network = 0; network < 6; network += 1) await fail(`198.51.${network}.1`, 5);
    expect(await judged()).toBe(9);
    const own = await from('203.0.113.7');
    await recover(own, alice);
    own.at('new-password');
  });

  it('are told to the owner by mail, once a day, with a way to stop it', async () => {
    const alice = await openBehindProxy({ failuresPerAccount: { count: 3, countWithWork: 6 } });
    await fail('198.51.100.1', 8);
    const told = () => keyturn.messages(alice.address).filter(({ subject }) => subject === 'Somebody is trying to get into your account');
    await until(() => told().length === 1, 'word to the owner');
    expect(told()[0]?.text).toMatch(/\/not-me#[A-Za-z0-9_-]{43}/);
    await fail('198.51.101.1', 8);
    expect(told()).toHaveLength(1);
    keyturn.clock.move(25 * 3600_000);
    await fail('198.51.102.1', 8);
    await until(() => told().length === 2, 'word on the next day');
  });

  it('are not forgotten by asking for another code', async () => {
    const alice = await open();
    const client = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    await keyturn.waitForMessage(alice.address);
    await client.answer({ code: '11111111' });
    await client.answer({ code: '22222222' });
    keyturn.clock.move(61_000);
    await client.answer({ resend: true });
    expect(client.at('code').attemptsLeft).toBe(3);
  });

  it('end with a complete proof, not with half of one', async () => {
    const alice = await openBehindProxy({
      failuresPerAccount: { count: 4, countWithWork: 4 },
      messagesPerAccount: { count: 50, countWithWork: 50 },
    });
    await fail('203.0.113.7', 2);
    await recover(await from('203.0.113.7'), alice);
    expect(await keyturn.deps.guard.failuresOf(`${alice.account.directory}/${alice.account.id}`)).toMatchObject({ failures: 0 });
    await fail('203.0.113.7', 3);
    const again = await from('203.0.113.7');
    await recover(again, alice);
    again.at('new-password');
  });

  it('end with the word of an operator, in every network', async () => {
    const alice = await openBehindProxy({
      failuresPerAccount: { count: 2, countWithWork: 2 },
      messagesPerAccount: { count: 50, countWithWork: 50 },
    });
    await fail('203.0.113.7', 4);
    expect(await judged()).toBe(2);
    await keyturn.deps.store.transaction((store) => keyturn.deps.guard.release(store, `${alice.account.directory}/${alice.account.id}`));
    const client = await from('203.0.113.7');
    await recover(client, alice);
    client.at('new-password');
  });
});

describe('an authenticator', () => {
  const toAuthenticator = async (alice: Enrolled) => {
    const client = await startJourney(keyturn.url, 'alice');
    const before = codesTo(alice).length;
    if (client.step.kind === 'choose-factor') await client.answer({ option: 'email' });
    await until(() => codesTo(alice).length > before, 'a code');
    for (const code of codesTo(alice).map(codeIn)) if (client.at('code').factor.kind === 'email') await client.answer({ code });
    expect(client.at('code').factor.kind).toBe('totp');
    return client;
  };
  const generous = {
    ...GENEROUS_LIMITS,
    failuresPerAccount: { count: 1000, countWithWork: 1000 },
    failuresPerAccountOverall: { count: 1000, countWithWork: 1000 },
  };

  it('counts a hundred wrong codes in a row after the mailbox was shown, and then no more until the helpdesk says so', async () => {
    const alice = await open({ ...generous, failuresPerAuthenticator: 12 });
    let refused = 0;
    let last = await toAuthenticator(alice);
    while (last.step.kind !== 'refused' || last.step.code !== 'journey.authenticator-suspended') {
      if (last.step.kind !== 'code') last = await toAuthenticator(alice);
      await last.answer({ code: '000000' });
      refused += 1;
      expect(refused).toBeLessThanOrEqual(12);
    }
    expect(refused).toBe(12);
    expect(last.at('refused').message).toMatch(/no longer counts for recovery/);
    await until(() => keyturn.messages(alice.address).some(({ subject }) => subject.includes('suspended')), 'word to the owner');
    const right = await toAuthenticator(alice);
    await right.answer({ code: alice.totp() });
    expect(right.at('refused').code).toBe('journey.authenticator-suspended');
    await releaseRecovery(keyturn.deps, { ...alice.account, contacts: { email: [], sms: [] } }, { author: 'test', reason: 'test' });
    const after = await toAuthenticator(alice);
    await after.answer({ code: alice.totp() });
    after.at('new-password');
  });

  it('is not touched by anybody who has shown nothing, and its row ends with a right code', async () => {
    const alice = await open({ ...generous, failuresPerAuthenticator: 10 });
    const failures = async () => (await keyturn.deps.store.factors.ofAccount(alice.account)).find(({ kind }) => kind === 'totp')?.failures;
    for (let journey = 0; journey < 3; journey += 1) {
      const client = await startJourney(keyturn.url, 'alice');
      expect((await client.answer({ option: 'totp' })).status).toBe(422);
      await client.answer({ option: 'email' });
      for (let attempt = 0; attempt < 5; attempt += 1) await client.answer({ code: '00000000' });
    }
    expect(await failures()).toBe(0);
    const client = await toAuthenticator(alice);
    for (let attempt = 0; attempt < 4; attempt += 1) await client.answer({ code: '000000' });
    expect(await failures()).toBe(4);
    await client.answer({ code: alice.totp() });
    expect(await failures()).toBe(0);
  });

  it.each([
    ['behind', -4],
    ['ahead', 4],
  ])('whose clock runs %s is told so after the first proof, and spends a try', async (_how, steps) => {
    const alice = await open(generous);
    const client = await toAuthenticator(alice);
    const [factor] = (await keyturn.deps.store.factors.ofAccount(alice.account)).filter(({ kind }) => kind === 'totp');
    await client.answer({ code: currentTotp(factor?.secret ?? '', keyturn.clock.now() + steps * 30_000).code });
    expect(client.at('code')).toMatchObject({ attemptsLeft: 4, message: expect.stringMatching(/clock/) });
    await client.answer({ code: '000000' });
    expect(client.at('code').message).not.toMatch(/clock/);
  });

  it('whose clock drifts slowly goes on being understood, up to two minutes', async () => {
    const alice = await open(generous);
    const [factor] = (await keyturn.deps.store.factors.ofAccount(alice.account)).filter(({ kind }) => kind === 'totp');
    for (const drift of [1, 2, 3, 4, 5]) {
      const client = await toAuthenticator(alice);
      await client.answer({ code: currentTotp(factor?.secret ?? '', keyturn.clock.now() + drift * 30_000).code });
      client.at('new-password');
      keyturn.clock.move(6 * 30_000);
    }
    const client = await toAuthenticator(alice);
    await client.answer({ code: currentTotp(factor?.secret ?? '', keyturn.clock.now() + 6 * 30_000).code });
    expect(client.at('code').message).toMatch(/clock/);
  });

  it('is spent no try by what cannot be a code', async () => {
    const alice = await open(generous);
    const client = await toAuthenticator(alice);
    for (const code of ['12345', '1234567', 'abcdef', '12345x', '\u200b']) {
      await client.answer({ code });
      expect(client.at('code')).toMatchObject({ attemptsLeft: 5, message: expect.stringMatching(/6 digits/) });
    }
  });
});

describe('one journey', () => {
  it('sends four codes at most, and none before its time', async () => {
    const alice = await open();
    const client = await startJourney(keyturn.url, 'alice');
    await client.answer({ option: 'email' });
    for (let resend = 0; resend < 3; resend += 1) {
      expect((await client.answer({ resend: true })).status).toBe(422);
      keyturn.clock.move(61_000);
      await client.answer({ resend: true });
    }
    expect(client.at('code').resendAt).toBeNull();
    await keyturn.waitForMessage(alice.address, 3);
    expect(keyturn.messages(alice.address)).toHaveLength(4);
  });
});
