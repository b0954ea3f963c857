import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Step } from '../../shared/api/journeys.ts';
import { newLogin } from '../conformance/samples.ts';
import { describeEachEngine } from './describe-each-engine.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { type JourneyClient, type Reply, request, startIdly, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { codeIn, createMovableClock, type Enrolled, holdsCode, type Keyturn, type KeyturnOptions, until } from './start-keyturn.ts';

const MINUTE = 60_000;

/** A phone that has opened a QR code. */
interface Phone extends JourneyClient {
  digits: string;
}

describeEachEngine('a recovery that goes on at a phone, on %s', (engine) => {
  let keyturn: Keyturn;
  /** Another node, where there can be one: phones speak to it. */
  let beside: Keyturn;
  beforeAll(async () => {
    const node: KeyturnOptions = {
      directories: [embeddedSection()],
      key: new Uint8Array(32).fill(9),
      clock: createMovableClock(),
      configuration: {
        organisation: { name: 'Test', publicUrl: 'http://localhost' },
        guard: GENEROUS_LIMITS,
        recovery: {
          rules: [
            { name: 'less at Windows', when: { clients: ['windows-logon'] }, accepted: [['email']] },
            { name: 'no unlocking elsewhere', when: { goals: ['unlock-account'] }, accepted: [] },
            { name: 'everybody', accepted: [['email', 'totp']] },
          ],
        },
      },
    };
    keyturn = await engine.start(node);
    beside = await engine.startAnother();
  });

  async function somebody(): Promise<Enrolled & { login: string }> {
    const login = newLogin();
    await addPerson(keyturn, login);
    return { login, ...(await keyturn.enrol(login)) };
  }
  async function offer(client: JourneyClient): Promise<{ phone: string; link: string }> {
    const { status, body } = await client.call('POST', '/journeys/current/phones', {});
    expect([status, body]).toMatchObject([201, {}]);
    const { phone, address } = body as unknown as { phone: string; address: string };
    const url = new URL(address);
    expect(url.origin + url.pathname + url.search).toBe('http://localhost/go-on');
    return { phone, link: url.hash.slice(1) };
  }
  const opening = (link: string) => request(beside.url, 'POST', '/hand-over', { link });
  async function open(link: string): Promise<Phone> {
    const { status, body } = await opening(link);
    expect([status, body.step]).toMatchObject([201, { kind: 'waiting', for: 'computer', digits: expect.stringMatching(/^[1-9][0-9]$/) }]);
    return phoneOf(body);
  }
  function phoneOf(body: Reply['body']): Phone {
    const token = String(body.token);
    const call = (method: string, path: string, sent?: unknown) =>
      request(beside.url, method, path, sent, { authorization: `Bearer ${token}` });
    const phone: Phone = {
      ...{ token, step: body.step as Step, digits: (body.step as { digits: string }).digits, call },
      async answer(answer, stepId = phone.step.id) {
        const reply = await call('POST', `/journeys/current/steps/${stepId}`, answer);
        if (reply.body.step !== undefined) phone.step = reply.body.step;
        return reply;
      },
      at(kind) {
        if (phone.step.kind !== kind) throw new Error(`expected ${kind}, at ${JSON.stringify(phone.step)}`);
        return phone.step as never;
      },
    };
    return phone;
  }
  const handOver = (client: JourneyClient, phone: string, digits: string) =>
    client.call('POST', `/journeys/current/phones/${phone}`, { digits });
  const progress = async (client: JourneyClient, phone: string) =>
    ((await client.call('GET', `/journeys/current/phones/${phone}`)).body as { progress?: string }).progress;
  const standing = async (client: JourneyClient) => (await client.call('GET', '/journeys/current')).body.step as Step;
  const wrong = (digits: string) => (digits === '99' ? '10' : String(Number(digits) + 1));
  const events = async (wanted: string) => (await keyturn.deps.store.audit.read(0, 1_000_000)).filter(({ type }) => type === wanted);
  async function giveMailed(client: JourneyClient, person: Enrolled): Promise<void> {
    await client.answer({ option: 'email' });
    client.at('code');
    await until(() => keyturn.messages(person.address).some(holdsCode), 'a code');
    await client.answer({ code: keyturn.messages(person.address).filter(holdsCode).map(codeIn).at(-1) });
  }

  it('stands there where it stood here, with what was shown, and ends here when it ends there', async () => {
    const person = await somebody();
    const here = await startJourney(keyturn.url, person.login);
    expect(here.step.canHandOver).toBe(true);
    await giveMailed(here, person);
    const stoodAt = here.at('code');
    const { phone, link } = await offer(here);
    expect(await progress(here, phone)).toBe('offered');
    const there = await open(link);
    expect(await progress(here, phone)).toBe('opened');
    const handed = await handOver(here, phone, ` ${there.digits[0]} ${there.digits[1]} `);
    expect([handed.status, handed.body.step]).toMatchObject([200, { kind: 'waiting', for: 'phone' }]);
    expect(await progress(here, phone)).toBe('let-in');
    there.step = await standing(there);
    expect(there.step).toMatchObject({ kind: 'code', factor: stoodAt.factor });
    // Whoever stands here has nothing left to answer, nor sees what is done there.
    expect((await here.answer({ code: person.totp() }, stoodAt.id)).body.code).toBe('journey.step-passed');
    await there.answer({ code: person.totp() });
    there.at('new-password');
    expect(await standing(here)).toMatchObject({ kind: 'waiting', for: 'phone' });
    await there.answer({ password: 'a quiet harbour at noon' });
    expect(there.step).toMatchObject({ kind: 'done', results: [{ outcome: 'password-reset' }] });
    const end = await standing(here);
    expect(end).toMatchObject({ kind: 'done', results: [{ outcome: 'done-on-phone', account: { id: '', label: '' } }] });
    expect(JSON.stringify(end)).not.toContain(person.login);
    expect(await events('journey.handed-over')).toHaveLength(1);
  });

  it('asks for what both kinds of client ask for: less is never enough because it was begun, or goes on, elsewhere', async () => {
    const [other, person] = [await somebody(), await somebody()];
    const atWindows = (login: string) => startIdly(keyturn.url, { account: login, client: 'windows-logon' });
    const stays = await atWindows(other.login);
    await giveMailed(stays, other);
    stays.at('new-password');

    const here = await atWindows(person.login);
    const { phone, link } = await offer(here);
    const there = await open(link);
    await handOver(here, phone, there.digits);
    there.step = await standing(there);
    expect(there.at('choose-factor').accepted).toEqual([['email', 'totp']]);
    await giveMailed(there, person);
    there.at('code');
    await there.answer({ code: person.totp() });
    there.at('new-password');
  });

  it('is not handed to a client whose rules let nobody recover so, and goes on here', async () => {
    const person = await somebody();
    const here = await startIdly(keyturn.url, { account: person.login, goal: 'unlock-account', client: 'windows-logon' });
    const { phone, link } = await offer(here);
    const there = await open(link);
    expect((await handOver(here, phone, there.digits)).body.code).toBe('journey.hand-over-not-possible');
    expect(await standing(there)).toMatchObject({ kind: 'waiting', for: 'computer' });
    await giveMailed(here, person);
    expect(here.step.kind).toBe('done');
  });

  it('looks the same for a name that does not exist', async () => {
    const person = await somebody();
    const seen = await Promise.all(
      [person.login, newLogin()].map(async (account) => {
        const here = await startJourney(keyturn.url, account);
        const { phone, link } = await offer(here);
        const there = await open(link);
        const handed = await handOver(here, phone, there.digits);
        there.step = await standing(there);
        await there.answer({ option: 'email' });
        const { id: _id, ...step } = there.at('code');
        return { handed: handed.status, ...step, sentAt: null, resendAt: null, expiresAt: null };
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
  });

  it('is one phone: of several that open a code at once none but the first, and of tries at once one', async () => {
    const here = await startJourney(keyturn.url, (await somebody()).login);
    const { phone, link } = await offer(here);
    const answers = await Promise.all([opening(link), opening(link), opening(link)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 410, 410]);
    const digits = answers.flatMap(({ body }) => (body.step as { digits?: string } | undefined)?.digits ?? [])[0] ?? '';
    const tries = await Promise.all(Array.from({ length: 4 }, () => handOver(here, phone, digits)));
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  // Often: whether the look-up of the person ends among the guesses is chance.
  it('is not taken over by guesses, however many come at once', { repeats: 7 }, async () => {
    const here = await startJourney(keyturn.url, (await somebody()).login);
    const { phone, link } = await offer(here);
    const there = await open(link);
    const before = (await events('journey.hand-over-refused')).length;
    const codes = (await Promise.all(Array.from({ length: 8 }, () => handOver(here, phone, wrong(there.digits))))).map(
      ({ body }) => body.code,
    );
    expect(codes.filter((code) => code === 'phone.digits-wrong')).toHaveLength(2);
    expect(codes.filter((code) => code === 'phone.over')).toHaveLength(6);
    expect((await handOver(here, phone, there.digits)).body.code).toBe('phone.over');
    expect(await standing(there)).toMatchObject({ kind: 'refused', code: 'journey.phone-refused' });
    expect(await standing(here)).toMatchObject({ kind: 'choose-factor' });
    expect((await events('journey.hand-over-refused')).length).toBe(before + 1);
    // It goes on here as if nothing had been.
    await here.answer({ option: 'email' });
    here.at('code');
  });

  it('is guessed three times and no more, however many codes are asked for, one after the other or at once', async () => {
    const here = await startJourney(keyturn.url, (await somebody()).login);
    const offered: { phone: string; there: Phone }[] = [];
    for (let count = 0; count < 4; count += 1) {
      const { phone, link } = await offer(here);
      offered.push({ phone, there: await open(link) });
    }
    // Half of them at either node.
    const elsewhere: JourneyClient = {
      ...here,
      call: (method, path, body) => request(beside.url, method, path, body, { authorization: `Bearer ${here.token}` }),
    };
    const guess = ({ phone, there }: (typeof offered)[number], at = here) => handOver(at, phone, wrong(there.digits));
    const once = await Promise.all(offered.slice(0, 1).map((each) => guess(each)));
    expect(once[0]?.body.code).toBe('phone.digits-wrong');
    const guesses = await Promise.all(offered.slice(1).flatMap((each) => [guess(each), guess(each, elsewhere)]));
    const codes = guesses.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'phone.digits-wrong')).toHaveLength(1);
    expect(codes.filter((code) => code === 'phone.over' || code === 'journey.hand-over-not-possible')).toHaveLength(5);
    // Nor by right ones then, nor by another code.
    for (const { phone, there } of offered) {
      expect([409, 410]).toContain((await handOver(here, phone, there.digits)).status);
      expect(await progress(here, phone)).toBe('over');
    }
    expect((await here.call('POST', '/journeys/current/phones', {})).body.code).toBe('journey.hand-over-not-possible');
    const { step } = (await here.call('GET', '/journeys/current')).body;
    expect(step).toMatchObject({ kind: 'choose-factor' });
    expect(step?.canHandOver).toBeUndefined();
  });

  it('is handed on by the phone to another one: ended here it ends there, and done there it is done here', async () => {
    for (const end of ['cancelled', 'done', 'seen in between'] as const) {
      const person = await somebody();
      const here = await startJourney(keyturn.url, person.login);
      const first = await offer(here);
      const between = await open(first.link);
      await handOver(here, first.phone, between.digits);
      const second = await offer(between);
      const last = await open(second.link);
      expect((await handOver(between, second.phone, last.digits)).status).toBe(200);
      if (end === 'cancelled') {
        await here.call('DELETE', '/journeys/current');
        for (const each of [last, between, here])
          expect(await standing(each)).toMatchObject({ kind: 'refused', code: 'journey.cancelled' });
        continue;
      }
      last.step = await standing(last);
      await giveMailed(last, person);
      keyturn.clock.move(MINUTE);
      await last.answer({ code: person.totp() });
      await last.answer({ password: 'a quiet harbour at noon' });
      last.at('done');
      if (end === 'seen in between') expect(await standing(between)).toMatchObject({ kind: 'done' });
      // The phone in between was put away, and its time is over.
      else keyturn.clock.move(MINUTE);
      expect(await standing(here)).toMatchObject({ kind: 'done', results: [{ outcome: 'done-on-phone' }] });
    }
  });

  it('is offered five times at most, not once its proof is complete, and not by another recovery', async () => {
    const person = await somebody();
    const [here, other] = [await startJourney(keyturn.url, person.login), await startJourney(keyturn.url, person.login)];
    const { phone, link } = await offer(here);
    const there = await open(link);
    expect((await handOver(other, phone, there.digits)).body.code).toBe('phone.over');
    expect(await progress(other, phone)).toBe('over');
    for (let more = 0; more < 4; more += 1) await offer(here);
    expect((await here.call('POST', '/journeys/current/phones', {})).body.code).toBe('journey.hand-over-not-possible');
    // The count goes along: the phone cannot begin it anew.
    expect((await handOver(here, phone, there.digits)).status).toBe(200);
    expect((await there.call('POST', '/journeys/current/phones', {})).body.code).toBe('journey.hand-over-not-possible');

    const offered = await offer(other);
    const late = await open(offered.link);
    await giveMailed(other, person);
    keyturn.clock.move(MINUTE);
    await other.answer({ code: person.totp() });
    expect(other.at('new-password').canHandOver).toBeUndefined();
    expect((await other.call('POST', '/journeys/current/phones', {})).body.code).toBe('journey.hand-over-not-possible');
    expect((await handOver(other, offered.phone, late.digits)).body.code).toBe('journey.hand-over-not-possible');
    expect(await standing(late)).toMatchObject({ kind: 'waiting' });
  });

  it('ends here when it is cancelled there, and there when it is cancelled here', async () => {
    for (const cancelled of ['here', 'there'] as const) {
      const here = await startJourney(keyturn.url, (await somebody()).login);
      const { phone, link } = await offer(here);
      const there = await open(link);
      await handOver(here, phone, there.digits);
      await (cancelled === 'here' ? here : there).call('DELETE', '/journeys/current');
      expect(await standing(there)).toMatchObject({ kind: 'refused', code: 'journey.cancelled' });
      expect(await standing(here)).toMatchObject({
        kind: 'refused',
        code: cancelled === 'here' ? 'journey.cancelled' : 'journey.phone-ended',
      });
    }
  });

  it('waits no longer than the phone has, for the digits and for the end', async () => {
    const here = await startJourney(keyturn.url, (await somebody()).login);
    const first = await offer(here);
    keyturn.clock.move(6 * MINUTE);
    expect((await opening(first.link)).body.code).toBe('phone.link-invalid');
    const second = await offer(here);
    const there = await open(second.link);
    keyturn.clock.move(6 * MINUTE);
    expect((await handOver(here, second.phone, there.digits)).body.code).toBe('phone.over');
    const third = await offer(here);
    await handOver(here, third.phone, (await open(third.link)).digits);
    keyturn.clock.move(21 * MINUTE);
    expect(await standing(here)).toMatchObject({ kind: 'refused', code: 'journey.phone-ended' });
  });

  it('opens nothing by an address that was made up, cut, mixed, or made to add a proof, and shows no secret in the log', async () => {
    const here = await startJourney(keyturn.url, (await somebody()).login);
    const [one, two] = [await offer(here), await offer(here)];
    const mixed = `${one.phone}.${two.link.split('.')[1]}`;
    for (const link of [mixed, one.link.slice(0, -1), `${one.link}x`, `${one.phone}.${'A'.repeat(43)}`, 'A'.repeat(60)])
      expect((await opening(link)).body.code).toBe('phone.link-invalid');
    expect((await request(keyturn.url, 'POST', '/phone', { link: one.link })).body.code).toBe('phone.link-invalid');
    await open(one.link);
    const log = keyturn.logLines.join('\n') + JSON.stringify(await keyturn.deps.store.audit.read(0, 1_000_000));
    expect(log).not.toContain(one.link.split('.')[1]);
  });

  /** What is done in front of a screen that a thief sees as well: every code on it, and nothing of the owner's phone. */
  const acts = fc.array(fc.constantFrom('show', 'thief-scans', 'owner-scans', 'owner-types', 'thief-answers', 'thief-offers'), {
    minLength: 4,
    maxLength: 14,
  });

  it('gives whoever sees the screen nothing, whatever they scan and when', async () => {
    const person = await somebody();
    let scannedByThief = 0;
    let handed = 0;
    await fc.assert(
      fc.asyncProperty(acts, async (sequence) => {
        const here = await startJourney(keyturn.url, person.login);
        const screen: { phone: string; link: string }[] = [];
        const thief: Phone[] = [];
        let own: { phone: Phone; of: string } | undefined;
        let isHanded = false;
        const deeds: Record<string, () => Promise<unknown>> = {
          show: async () => !isHanded && screen.length < 5 && screen.push(await offer(here)),
          'thief-scans': async () => {
            for (const { link } of screen) {
              const { status, body } = await opening(link);
              if (status === 201) thief.push(phoneOf(body));
            }
          },
          'owner-scans': async () => {
            const shown = screen.at(-1);
            if (shown === undefined) return;
            const { status, body } = await opening(shown.link);
            if (status === 201) own = { phone: phoneOf(body), of: shown.phone };
          },
          // They type what stands on their own phone; where that says that another one was there before, they type nothing.
          'owner-types': async () => {
            if (own === undefined || isHanded) return;
            isHanded = (await handOver(here, own.of, own.phone.digits)).status === 200;
          },
          'thief-answers': async () => {
            for (const each of thief) await each.answer({ option: 'email' });
          },
          'thief-offers': async () => {
            for (const each of thief) expect((await each.call('POST', '/journeys/current/phones', {})).status).toBe(409);
          },
        };
        for (const act of sequence) await deeds[act]?.();
        for (const each of thief) {
          const step = await standing(each);
          expect(step).toMatchObject({ kind: 'waiting', for: 'computer' });
          expect(JSON.stringify(step)).not.toContain(person.login);
        }
        if (isHanded) expect(own === undefined ? '' : (await standing(own.phone)).kind).toBe('choose-factor');
        scannedByThief += thief.length;
        handed += isHanded ? 1 : 0;
      }),
      { numRuns: 40, seed: 7 },
    );
    expect([scannedByThief > 5, handed > 2]).toEqual([true, true]);
  });
});
