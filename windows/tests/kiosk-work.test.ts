import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, signsIn } from '../../test/scenarios/sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn } from '../../test/scenarios/start-keyturn.ts';
import { button, ends, ids, type KioskBench, type KioskRun, startKioskBench, type WindowState } from './kiosk/kiosk-bench.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
const [RETURN, ESCAPE] = [13, 27];
const WORK = 'This computer is doing a short calculation';
let bench: KioskBench;
let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: { guard: { startsPerAccount: { count: 1, windowSeconds: 3600 }, work: { iterations: 2000, tries: 1000 } } as never },
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});
beforeEach(() => {
  bench.proxy.requests.length = 0;
});
afterEach(async () => {
  bench.proxy.change = null;
  await bench.endAll();
});

const text = (state: WindowState, id: number) => state.controls.find((control) => control.id === id)?.text;
const progress = (state: WindowState) => Number(/^At least (\d+) % done$/.exec(text(state, ids.paragraph + 1) ?? '')?.[1] ?? Number.NaN);

async function newPerson(): Promise<Enrolled & { login: string }> {
  people += 1;
  await addPerson(keyturn, `person${people}`);
  return { login: `person${people}`, ...(await keyturn.enrol(`person${people}`)) };
}

/** Starts a recovery of a name for which one was started before. */
async function startAgain(login: string): Promise<KioskRun> {
  const first = await fetch(`${keyturn.url}/api/v1/journeys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ goal: 'reset-password', account: login, client: { kind: 'windows-logon', version: '1' } }),
  });
  expect(await first.json()).toMatchObject({ step: { kind: 'choose-factor' } });
  const kiosk = await bench.start();
  await kiosk.page('Which account?');
  await kiosk.fill(login);
  await kiosk.press('submit');
  return kiosk;
}

/** Makes the work that the server asks for endless: no key begins like this. */
function makeEndless(): void {
  bench.proxy.change = ({ body }) => {
    const step = body.step as Record<string, unknown> | undefined;
    if (step?.kind !== 'proof-of-work') return null;
    const challenge = { ...(step.challenge as object), keyPrefix: 'f'.repeat(64) };
    return { ...body, step: { ...step, challenge, difficulty: 20_000 } };
  };
}

async function stop(kiosk: KioskRun): Promise<void> {
  await kiosk.page('Stop here?');
  await kiosk.press('close');
  expect(await kiosk.exitCode).toBe(ends.closed);
  expect(bench.proxy.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/journeys/current' });
}

describe('work that the server asks for', () => {
  it('is done in front of the person, and the password is set after it', async () => {
    const person = await newPerson();
    const kiosk = await startAgain(person.login);
    const first = await kiosk.page(WORK, 'work');
    expect(text(first, ids.progress)).toBe('Part 2 of 3: prove it is you');
    expect(progress(first)).toBeGreaterThanOrEqual(0);
    // The mailbox is the only way to begin with, so the code is sent without a choice.
    await kiosk.page('Enter the code from your e-mail');
    const answers = bench.proxy.requests.filter(({ path }) => path.includes('/steps/'));
    expect(answers).toHaveLength(1);
    await kiosk.fill(codeIn(await keyturn.waitForMessage(person.address)));
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your authenticator app');
    await kiosk.fill(person.totp());
    await kiosk.press('submit');
    await kiosk.page('Choose a new password');
    await kiosk.fill(NEW_PASSWORD);
    await kiosk.press('submit');
    await kiosk.page('Your password is changed');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.done);
    expect(await signsIn(keyturn, person.login, NEW_PASSWORD)).toBe(true);
  });

  it('shows how far it is, keeps the focus, and goes on where it was when nobody wants to stop', async () => {
    makeEndless();
    const kiosk = await startAgain('somebody');
    const first = await kiosk.page(WORK);
    const later = await kiosk.until('progress', (state) => progress(state) > progress(first) + 1);
    // Made anew with each part of the work, the button would have lost the focus and be read aloud again and again.
    expect(later.focus).toBe(button('askToStop'));
    expect(later.controls.every(({ enabled }) => enabled)).toBe(true);
    await kiosk.command('key', ESCAPE);
    const question = await kiosk.page('Stop here?', 'work-stop');
    expect(question.focus).toBe(button('goOn'));
    await kiosk.command('key', RETURN);
    const again = await kiosk.page(WORK);
    expect(progress(again)).toBeGreaterThanOrEqual(progress(later));
    await kiosk.until('more progress', (state) => progress(state) > progress(again) + 1);
    await kiosk.press('askToStop');
    await stop(kiosk);
  });

  it('is closed from the frame as well', async () => {
    makeEndless();
    const kiosk = await startAgain('someone');
    await kiosk.page(WORK);
    await kiosk.command('close');
    await stop(kiosk);
  });

  it('before another code, can be left for the code that was sent', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill(person.login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    // The server's clock is moved ahead below; the window has none of its own to move, so it is told that the pause is over.
    makeEndless();
    const endless = bench.proxy.change;
    bench.proxy.change = (answer) => {
      const step = answer.body.step as Record<string, unknown> | undefined;
      if (step?.kind !== 'code') return endless?.(answer) ?? null;
      return { ...answer.body, step: { ...step, resendAt: '2020-01-01T00:00:00.000Z' } };
    };
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your e-mail');
    const code = codeIn(await keyturn.waitForMessage(person.address));
    keyturn.clock.move(61_000);
    await kiosk.press('resend');
    const work = await kiosk.page(WORK, 'work-resend');
    expect(work.controls.find(({ id }) => id === button('back'))).toMatchObject({
      text: 'Back to the code that was sent before',
      enabled: true,
    });
    await kiosk.until('progress', (state) => progress(state) > progress(work));
    await kiosk.press('back');
    await kiosk.page('Enter the code from your e-mail');
    await kiosk.fill(code);
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your authenticator app');
    await kiosk.press('askToStop');
    await stop(kiosk);
    expect(keyturn.messages(person.address)).toHaveLength(1);
  });
});
