import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, embeddedSection, OLD_PASSWORD, signsIn } from '../../test/scenarios/sample-directory.ts';
import { codeIn, type Enrolled, type Keyturn, startKeyturn, until } from '../../test/scenarios/start-keyturn.ts';
import { button, ends, ids, type KioskBench, type KioskRun, startKioskBench, type WindowState } from './kiosk/kiosk-bench.ts';
import { proveByCodes } from './kiosk/prove.ts';

const NEW_PASSWORD = 'a quiet harbour at noon';
/** Virtual keys of Windows. */
const [TAB, RETURN, ESCAPE, DOWN, F1] = [9, 13, 27, 40, 112];
let bench: KioskBench;
let keyturn: Keyturn;
let people = 0;

beforeAll(async () => {
  bench = await startKioskBench();
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      organisation: {
        name: 'Harbour Hospital',
        publicUrl: `https://localhost:${bench.proxy.port}`,
        supportContact: 'Ask your helpdesk.',
        defaultLanguage: 'en',
      } as never,
    },
  });
  bench.proxy.upstream = keyturn.url;
});
afterAll(async () => {
  await bench?.close();
  await keyturn?.close();
});

afterEach(() => bench.endAll());

async function newPerson(): Promise<Enrolled & { login: string }> {
  people += 1;
  await addPerson(keyturn, `person${people}`);
  return { login: `person${people}`, ...(await keyturn.enrol(`person${people}`)) };
}

const prove = (kiosk: KioskRun, person: Enrolled & { login: string }) => proveByCodes(keyturn, kiosk, person);
const text = (state: WindowState, id: number) => state.controls.find((control) => control.id === id)?.text;
const field = (state: WindowState) => state.controls.find((control) => control.id === ids.field);

describe('resetting a password', () => {
  it('is not left in the middle of the write without a question, and goes on by itself', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await prove(kiosk, person);
    await kiosk.page('Choose a new password');
    await kiosk.fill(NEW_PASSWORD);
    const letGo = bench.proxy.hold('/steps/');
    await kiosk.press('submit');
    await until(() => letGo.holds > 0, 'the write under way');
    await kiosk.press('askToStop');
    const asked = await kiosk.page('Stop here?', 'stop-writing');
    expect(asked.controls.some((control) => control.text.includes('being written already'))).toBe(true);
    letGo.release();
    await kiosk.page('Your password is changed');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.done);
  });

  it('walks every page and sets the password', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await kiosk.page('Which account?', 'account');
    await kiosk.fill(person.login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?', 'choose-factor');
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your e-mail', 'code-email');
    const code = codeIn(await keyturn.waitForMessage(person.address));
    await kiosk.command('paste', ids.field, ` ${code.slice(0, 3)} ${code.slice(3, 5)}-${code.slice(5)} `);
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your authenticator app', 'code-totp');
    await kiosk.fill(person.totp());
    await kiosk.press('submit');
    await kiosk.page('Choose a new password', 'new-password');
    await kiosk.fill('short');
    await kiosk.press('submit');
    const refused = await kiosk.until('the refusal', (state) => text(state, ids.notice) !== undefined);
    expect(text(refused, ids.notice)).toMatch(/^Error: /);
    await kiosk.page('Choose a new password', 'new-password-refused');
    const checks = () => bench.proxy.requests.filter(({ path }) => path.endsWith('/password-check')).length;
    const before = checks();
    await kiosk.fill(NEW_PASSWORD);
    await until(() => checks() > before, 'the check of the new password');
    await kiosk.page('Choose a new password', 'new-password-typed');
    await kiosk.press('submit');
    const done = await kiosk.page('Your password is changed', 'done');
    // This computer is in no domain: it learns of no password, and says nothing of it.
    expect(done.controls.some((control) => /company network/.test(control.text))).toBe(false);
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.done);
    expect(await signsIn(keyturn, person.login, NEW_PASSWORD)).toBe(true);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(false);
  });

  it('hides what is typed, lets nothing out by the clipboard, and shows it on demand', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await prove(kiosk, person);
    await kiosk.page('Choose a new password');
    await kiosk.fill('Secret of mine');
    expect(field(await kiosk.read())?.isPassword).toBe(true);
    expect(await kiosk.command('copy', ids.field)).toEqual({ clipboard: 'nothing' });
    expect(await kiosk.command('menu', ids.field)).toEqual({ isOpen: false });
    await kiosk.command('click', ids.show);
    await kiosk.until('the password', (state) => field(state)?.isPassword === false);
    await kiosk.page('Choose a new password', 'new-password-shown');
    expect(await kiosk.command('copy', ids.field)).toEqual({ clipboard: 'nothing' });
    expect(text(await kiosk.read(), ids.show)).toBe('Hide');
    await kiosk.command('close');
    await kiosk.page('Stop here?', 'stop');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
    // The journey is over at the server too: it was told.
    expect(bench.proxy.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/journeys/current' });
  });
});

describe('what is typed', () => {
  it('is told where it was cut off, and not taken for nothing where it is no text', async () => {
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.command('paste', ids.field, 'x'.repeat(300));
    const cut = await kiosk.until('the warning', (state) => text(state, ids.notice) !== undefined);
    expect(text(cut, ids.notice)).toBe('Error: No more than 256 characters fit in here: what was beyond that is missing.');
    expect(field(cut)?.text).toBe('x'.repeat(256));
    await kiosk.fill('');
    await kiosk.command('half');
    const requests = bench.proxy.requests.length;
    await kiosk.press('submit');
    await kiosk.until('the complaint', (state) => /cannot be used here/.test(text(state, ids.notice) ?? ''));
    expect(bench.proxy.requests.length).toBe(requests);
    await kiosk.press('close');
    await kiosk.exitCode;
  });
});

describe('unlocking an account', () => {
  it('leaves the password as it is', async () => {
    const person = await newPerson();
    for (let attempt = 0; attempt < 5; attempt += 1) await signsIn(keyturn, person.login, 'wrong');
    const kiosk = await bench.start({ goal: 'unlock-account' });
    await prove(kiosk, person);
    await kiosk.page('Unlock your account?', 'confirm-unlock');
    await kiosk.press('submit');
    await kiosk.page('Your account is unlocked', 'done-unlocked');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.done);
    expect(await signsIn(keyturn, person.login, OLD_PASSWORD)).toBe(true);
  });
});

describe('proving it is you', () => {
  it('tells of a wrong code, and ends after too many', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill(person.login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    await kiosk.press('submit');
    await kiosk.page('Enter the code from your e-mail');
    const wrong = codeIn(await keyturn.waitForMessage(person.address)).replace(/./g, (digit) => String((Number(digit) + 1) % 10));
    await kiosk.fill('1');
    await kiosk.press('submit');
    const tooShort = await kiosk.until('the length', (state) => text(state, ids.notice) !== undefined);
    expect(text(tooShort, ids.notice)).toMatch(/^Error: The code has \d+ digits/);
    await kiosk.fill(wrong);
    await kiosk.press('submit');
    const refused = await kiosk.until('the refusal', (state) => /not right/.test(text(state, ids.notice) ?? ''));
    expect(field(refused)?.text).toBe('');
    expect(refused.focus).toBe(ids.field);
    await kiosk.page('Enter the code from your e-mail', 'code-wrong');
    for (let attempt = 0; attempt < 10 && text(await kiosk.read(), ids.title) !== 'This cannot be done here'; attempt += 1) {
      const requests = bench.proxy.requests.length;
      await kiosk.fill(wrong);
      await kiosk.press('submit');
      await until(() => bench.proxy.requests.length > requests, 'the next answer');
      await kiosk.until('an answer', (state) => state.controls.every(({ enabled, id }) => enabled || id === button('resend')));
    }
    const ended = await kiosk.page('This cannot be done here', 'refused');
    expect(text(ended, ids.paragraph + 1)).toContain('room 0.17');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
  });

  it('looks the same for a name that nobody has, and offers no way back where there is one way alone', async () => {
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill('nobody-at-all');
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    await kiosk.press('submit');
    const state = await kiosk.page('Enter the code from your e-mail');
    expect(state.controls.filter(({ id }) => id > button('none')).map(({ id }) => id)).toEqual(
      expect.arrayContaining([button('submit'), button('resend'), button('askToStop')]),
    );
    expect(state.controls.some(({ id }) => id === button('back'))).toBe(false);
    await kiosk.press('askToStop');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });
});

describe('the window', () => {
  it('is worked by keyboard alone', async () => {
    const person = await newPerson();
    const kiosk = await bench.start();
    const first = await kiosk.page('Which account?');
    expect(first.focus).toBe(ids.field);
    await kiosk.command('type', person.login);
    await kiosk.command('key', RETURN);
    const choice = await kiosk.page('How do you want to prove it is you?');
    expect(choice.focus).toBe(ids.choice);
    expect(choice.controls.filter(({ tabStop }) => tabStop).map(({ id }) => id)).toEqual([
      ids.choice,
      button('submit'),
      button('usePhone'),
      button('askToStop'),
    ]);
    await kiosk.command('key', TAB);
    await kiosk.until('focus on the button', ({ focus }) => focus === button('submit'));
    await kiosk.command('key', ESCAPE);
    const stop = await kiosk.page('Stop here?');
    expect(stop.focus).toBe(button('goOn'));
    await kiosk.command('key', ESCAPE);
    await kiosk.page('How do you want to prove it is you?');
    await kiosk.command('key', F1);
    await kiosk.command('key', RETURN);
    await kiosk.page('Enter the code from your e-mail');
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.command('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
  });

  it('gives each field its label right before it, for screen readers', async () => {
    const kiosk = await bench.start();
    const { controls } = await kiosk.page('Which account?');
    const at = controls.findIndex(({ id }) => id === ids.field);
    expect(controls[at - 1]?.text).toBe('Sign-in name');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
  });

  // A language that the window does not speak is English from the first word to the last: the server is asked for that too.
  it.each([
    ['de-AT', 'Welches Konto?', 'de-AT'],
    ['fr-CA', 'Which account?', 'en'],
    ['ja-JP', 'Which account?', 'en'],
  ])('speaks %s', async (language, title, asked) => {
    const kiosk = await bench.start({ language });
    const state = await kiosk.page(title, `account-${language}`);
    expect(state.isRightToLeft).toBe(false);
    expect(bench.proxy.requests.at(-1)?.headers['accept-language']).toBe(asked);
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('is mirrored where people read from right to left', async () => {
    const kiosk = await bench.start({ language: 'ar-EG' });
    const state = await kiosk.page('Which account?', 'account-right-to-left');
    expect(state.isRightToLeft).toBe(true);
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('grows with the text size, and everything stays within reach', async () => {
    await bench.setTextSize(200);
    const kiosk = await bench.start();
    const state = await kiosk.page('Which account?', 'account-large-text');
    await bench.setTextSize(100);
    const edit = field(state);
    expect((edit?.right ?? 0) - (edit?.left ?? 0)).toBeGreaterThan(800);
    for (const { left, right } of state.controls) {
      expect(left).toBeGreaterThan(0);
      expect(right).toBeLessThan(1280);
    }
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('opens with the name it was handed, and not with words it does not know', async () => {
    const kiosk = await bench.start({ account: 'CORP\\alice' });
    expect(field(await kiosk.page('Which account?'))?.text).toBe('CORP\\alice');
    await kiosk.press('close');
    expect(await kiosk.exitCode).toBe(ends.closed);
    for (const words of [[], ['--goal', 'become-admin'], ['--goal', 'reset-password', '--url', 'https://evil.example/']])
      expect(await (await bench.start({ arguments: words })).exitCode).toBe(10);
  });

  it('tells the server what it is, and keeps no cookie', async () => {
    const person = await newPerson();
    bench.proxy.requests.length = 0;
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill(person.login);
    await kiosk.press('submit');
    await kiosk.page('How do you want to prove it is you?');
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
    expect(bench.proxy.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/site',
      'POST /api/v1/journeys',
      'DELETE /api/v1/journeys/current',
    ]);
    const [site, start, end] = bench.proxy.requests.map(({ headers }) => headers);
    expect(site?.authorization).toBeUndefined();
    expect(start).toMatchObject({ 'content-type': 'application/json' });
    expect(start?.['user-agent']).toMatch(/^KeyturnKiosk\/\d+\.\d+\.\d+/);
    expect(end?.authorization).toMatch(/^Bearer [A-Za-z0-9_-]{43}$/);
    for (const headers of [site, start, end]) expect(headers?.cookie).toBeUndefined();
    const events = kiosk.events();
    expect(events).toEqual([]);
  });
});

describe('steps of servers newer or richer than this one', () => {
  /** Puts a step in the place of the one that a journey starts with. */
  async function startAt(step: Record<string, unknown>): Promise<KioskRun> {
    bench.proxy.change = ({ method, path, body }) =>
      method === 'POST' && path === '/api/v1/journeys' ? { ...body, step: { id: 'other', canGoBack: false, ...step } } : null;
    const kiosk = await bench.start();
    await kiosk.page('Which account?');
    await kiosk.fill('someone');
    await kiosk.press('submit');
    return kiosk;
  }
  afterEach(() => {
    bench.proxy.change = null;
  });

  it('names the portal where a step cannot be drawn', async () => {
    const kiosk = await startAt({ kind: 'retina-scan', lens: { left: true } });
    const state = await kiosk.page('Continue in the web portal', 'unknown-step');
    expect(text(state, ids.portal)).toBe(`https://localhost:${bench.proxy.port}/`);
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it.each(['en', 'ar-EG'])('shows the portal as a code that a phone can read, in %s', async (language) => {
    bench.proxy.change = ({ method, path, body }) =>
      method === 'POST' && path === '/api/v1/journeys' ? { ...body, step: { id: 'other', canGoBack: false, kind: 'passkey' } } : null;
    const kiosk = await bench.start({ language });
    await kiosk.page('Which account?');
    await kiosk.fill('someone');
    await kiosk.press('submit');
    const state = await kiosk.page('A passkey cannot be used on this screen', `passkey-${language}`);
    expect(bench.showsCode(state, `https://localhost:${bench.proxy.port}/`)).toBe(true);
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('goes back to the choice where the server has one', async () => {
    const later = new Date(Date.now() + 600_000).toISOString();
    const code = { kind: 'code', factor: { id: 'f', kind: 'email' }, length: 8, sentAt: null, resendAt: later, expiresAt: later };
    const kiosk = await startAt({ ...code, canGoBack: true });
    await kiosk.page('Enter the code from your e-mail');
    await kiosk.press('back');
    // The server never gave this step: it answers with the one where the journey stands.
    await kiosk.page('How do you want to prove it is you?');
    expect(bench.proxy.requests.at(-1)).toMatchObject({ method: 'POST', path: '/api/v1/journeys/current/steps/other' });
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('moves between ways to prove it with the arrow keys', async () => {
    const options = [
      { id: 'o1', kind: 'email' },
      { id: 'o2', kind: 'totp' },
    ];
    const kiosk = await startAt({ kind: 'choose-factor', options, accepted: [['email'], ['totp']], done: [] });
    await kiosk.page('How do you want to prove it is you?');
    await kiosk.command('key', DOWN);
    await kiosk.until(
      'the second choice',
      ({ focus, controls }) => focus === ids.choice + 1 && controls.some(({ id, checked }) => id === focus && checked),
    );
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('asks the questions a person chose', async () => {
    const questions = [
      { id: 'q1', text: 'What was the name of your first teacher?', language: 'en' },
      { id: 'q2', text: 'In which town did your parents meet?', language: 'en' },
    ];
    const kiosk = await startAt({ kind: 'questions', questions });
    await kiosk.page('Answer your questions', 'questions');
    await kiosk.fill('Rex');
    await kiosk.press('submit');
    await kiosk.until('the complaint', (state) => text(state, ids.notice) === 'Error: Answer every question.');
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });

  it('asks which accounts, and waits for a person', async () => {
    const accounts = [
      { id: 'a', label: 'alice (Head office)', locked: true, selected: true },
      { id: 'b', label: 'alice (Laboratory)', locked: false, selected: true },
      { id: 'c', label: 'alice (Archive)', locked: null, selected: true },
    ];
    const kiosk = await startAt({ kind: 'choose-accounts', accounts });
    const state = await kiosk.page('Which of your accounts?', 'choose-accounts');
    expect(state.controls.filter(({ checked }) => checked).map(({ id }) => id)).toEqual([ids.choice, ids.choice + 1, ids.choice + 2]);
    // What is not known is not said.
    expect([0, 1, 2].map((index) => text(state, ids.choice + index))).toEqual([
      'alice (Head office) (locked)',
      'alice (Laboratory)',
      'alice (Archive)',
    ]);
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
    const waiting = await startAt({ kind: 'waiting', for: 'manager', digits: '47', canGoBack: true, pollAfter: 60 });
    const shown = await waiting.page('Waiting for your manager', 'waiting');
    expect(text(shown, ids.shown)).toBe('47');
    expect(shown.focus).toBe(button('askToStop'));
    await waiting.command('close');
    await waiting.page('Stop here?');
    await waiting.press('close');
    await waiting.exitCode;
  });

  it('scrolls to what has the focus when there is more than the window holds', async () => {
    const rules = Array.from({ length: 25 }, (_, index) => ({
      code: `rule-${index}`,
      params: {},
      text: `Rule number ${index}`,
      source: 'organisation',
    }));
    const step = { kind: 'new-password', accounts: [{ id: 'a', label: 'alice' }], rules, mayKeepPassword: true, changeableAt: null };
    const kiosk = await startAt(step);
    await kiosk.page('Choose a new password', 'new-password-long');
    await kiosk.command('key', TAB);
    await kiosk.command('key', TAB);
    const state = await kiosk.until('focus on the button', ({ focus }) => focus === button('submit'));
    const submit = state.controls.find(({ id }) => id === button('submit'));
    expect(submit?.bottom).toBeLessThan(780);
    await kiosk.page('Choose a new password', 'new-password-scrolled');
    await kiosk.command('close');
    await kiosk.page('Stop here?');
    await kiosk.press('close');
    await kiosk.exitCode;
  });
});
