import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANSWER_MARK } from '../../shared/api/answer-mark.ts';
import { ANSWERS, type Step, startRequestSchema } from '../../shared/api/journeys.ts';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { type Call, problem, type Reply, type ScriptedPortal, startScriptedPortal } from './scripted-portal.ts';
import { DEMO_MESSAGES, DEMO_PEOPLE, SITE, STEPS } from './scripted-steps.ts';

let portal: ScriptedPortal;
let browser: Browser;
let watched: WatchedPage;
let page: Page;

beforeAll(async () => {
  [portal, browser] = await Promise.all([startScriptedPortal(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await portal?.close();
});
beforeEach(async () => {
  portal.calls.length = 0;
  watched = await openPage(browser, portal.origin, { expectedStatuses: [401, 409, 410, 429, 500, 503] });
  page = watched.page;
});
afterEach(async () => {
  await watched.context.close();
});

const expiresAt = new Date(Date.now() + 20 * 60_000).toISOString();
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const ok = (step: Step): Reply => ({ status: 200, body: { step } });

/** A server that answers like `answers` says for each step id, and stands at `at` first. */
function script(at: Step, answers: (call: Call) => Reply | undefined = () => undefined): void {
  let current = at;
  portal.reply = (call) => {
    if (call.path === '/api/v1/site') return { status: 200, body: SITE };
    if (call.path === '/api/v1/journeys') return { status: 201, body: { step: current, expiresAt } };
    if (call.path.startsWith('/api/v1/journeys/') && call.method === 'GET') return { status: 200, body: { step: current, expiresAt } };
    const reply = answers(call);
    const step = (reply?.body as { step?: Step } | undefined)?.step;
    if (step !== undefined) current = step;
    return reply ?? { status: 200, body: call.path.endsWith('password-check') ? { verdicts: [], acceptable: true } : { step: current } };
  };
}
const answersTo = (id: string) => portal.calls.filter((call) => call.path.endsWith(`/steps/${id}`)).map((call) => call.body);
const heading = (name: RegExp | string) => page.getByRole('heading', { level: 1, name }).waitFor();
const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

describe('the recovery page', () => {
  it('goes from the goal to the end with the keyboard alone', async () => {
    const order: Step[] = [STEPS['choose-factor'], STEPS['code-email'], STEPS['new-password'], STEPS.done];
    script(order[0] as Step, (call) => {
      const at = order.findIndex((step) => call.path.endsWith(`/steps/${step.id}`));
      return at === -1 ? undefined : ok(order[at + 1] as Step);
    });
    await page.goto(`${portal.origin}/`);
    await heading('What do you need?');
    // Skip link, organisation, language, colours, then the first choice.
    for (let press = 0; press < 5; press += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await heading('Which account?');
    expect(await focused()).toBe('H1');
    expect(await page.title()).toBe('Which account? – Northwind Traders');
    await page.keyboard.press('Tab');
    await page.keyboard.type('  alice ');
    await page.keyboard.press('Enter');
    await heading('How do you want to prove it is you?');
    expect(new URL(page.url()).pathname).toBe('/recover');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await heading('Enter the code from your e-mail');
    await page.keyboard.press('Tab');
    await page.keyboard.type('4821 77-30');
    await page.keyboard.press('Enter');
    await heading('Choose a new password');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Correct-horse-42-battery');
    await page.keyboard.press('Enter');
    await heading('Your password is changed');
    expect(await focused()).toBe('H1');

    expect(startRequestSchema.parse(portal.calls.find((call) => call.path === '/api/v1/journeys')?.body)).toEqual({
      goal: 'reset-password',
      account: 'alice',
      locale: 'en',
      client: { kind: 'web' },
    });
    expect(ANSWERS['choose-factor'].parse(answersTo('s1')[0])).toEqual({ option: 'f1' });
    expect(ANSWERS.code.parse(answersTo('s2')[0])).toEqual({ code: '48217730' });
    expect(ANSWERS['new-password'].parse(answersTo('s6')[0])).toEqual({ password: 'Correct-horse-42-battery' });
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(watched.complaints).toEqual([]);
  });

  it('continues where it was after a reload', async () => {
    script(STEPS['choose-factor'], () => ok(STEPS['code-email']));
    await page.goto(`${portal.origin}/?goal=reset-password`);
    await page.getByLabel('Sign-in name').fill('alice');
    await page.keyboard.press('Enter');
    await page.getByText('Code by e-mail').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading('Enter the code from your e-mail');
    await page.reload();
    await heading('Enter the code from your e-mail');
  });

  it('sends an answer once, however often the button is pressed', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    script(STEPS['confirm-unlock']);
    const scripted = portal.reply;
    portal.reply = async (call) => {
      if (call.path.includes('/steps/')) await held;
      return call.path.includes('/steps/') ? ok(STEPS.done) : scripted(call);
    };
    await page.goto(`${portal.origin}/recover`);
    const button = page.getByRole('button', { name: 'Unlock' });
    await button.dblclick();
    await button.press('Enter');
    release();
    await heading('Your password is changed');
    expect(answersTo('s7')).toHaveLength(1);
  });

  it('takes the step that a passed step answers with', async () => {
    script(STEPS['confirm-unlock'], () => ({ status: 409, body: problem(409, 'journey.step-passed', { step: STEPS.done }) }));
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await heading('Your password is changed');
    await page.getByText('That answer had arrived already').waitFor();
  });

  it('keeps what was typed when the network is gone, and goes on when it is back', async () => {
    let gone = true;
    watched.complaints.length = 0;
    script(STEPS['code-email'], () => (gone ? { status: 0 } : ok(STEPS['new-password'])));
    await page.goto(`${portal.origin}/recover`);
    await page.getByLabel('Code', { exact: true }).fill('12345678');
    await page.keyboard.press('Enter');
    await heading('We are finding out what happened');
    await page.getByText('We got no answer to what you sent').waitFor({ timeout: 90_000 });
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('There is a problem');
    expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe('12345678');
    gone = false;
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading('Choose a new password');
  });

  it.each([
    { status: 503, code: 'directory.unavailable', words: 'The service is not available at the moment.' },
    { status: 500, code: 'internal.unexpected', words: 'Reference for the helpdesk: req-42' },
    { status: 429, code: 'guard.slow-down', words: 'You can try again from' },
  ])('explains $status at the top and offers to go on', async ({ status, code, words }) => {
    script(STEPS['confirm-unlock'], () => ({ status, body: problem(status, code, { instance: 'req-42', retryAfter: 60 }) }));
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('alert').getByText(words).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert');
  });

  it('starts again after an expiry with the name still typed', async () => {
    script(STEPS['code-email'], () => ({ status: 410, body: problem(410, 'journey.expired') }));
    await page.goto(`${portal.origin}/?goal=reset-password`);
    await page.getByLabel('Sign-in name').fill('alice');
    await page.keyboard.press('Enter');
    await page.getByLabel('Code', { exact: true }).fill('12345678');
    await page.keyboard.press('Enter');
    await heading('This took too long');
    await page.getByRole('button', { name: 'Start again' }).click();
    await heading('What do you need?');
    expect(await page.getByRole('radio', { name: 'I forgot my password' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await page.getByLabel('Sign-in name').inputValue()).toBe('alice');
  });

  it('cancels only after asking, and forgets the name', async () => {
    script(STEPS['code-email'], (call) => (call.method === 'DELETE' ? { status: 204 } : undefined));
    await page.goto(`${portal.origin}/?goal=reset-password`);
    await page.getByLabel('Sign-in name').fill('alice');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cancel and start again' }).click();
    await heading('Stop and start again?');
    await page.getByRole('button', { name: 'No, go on' }).click();
    await heading('Enter the code from your e-mail');
    expect(portal.calls.some((call) => call.method === 'DELETE')).toBe(false);
    await page.getByRole('button', { name: 'Cancel and start again' }).click();
    await page.getByRole('button', { name: 'Yes, start again' }).click();
    await heading('What do you need?');
    expect(portal.calls.some((call) => call.method === 'DELETE')).toBe(true);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('sends people to a fresh page for a step it does not know', async () => {
    portal.reply = (call) =>
      call.path === '/api/v1/site' ? { status: 200, body: SITE } : { status: 200, body: { step: STEPS['confirm-unlock'], expiresAt } };
    await page.route('**/api/v1/journeys/current', (route) =>
      route.fulfill({
        headers: { [ANSWER_MARK.name]: ANSWER_MARK.value },
        json: { journey: 'j1', step: { id: 'x', kind: 'retina-scan', canGoBack: false }, expiresAt },
      }),
    );
    await page.goto(`${portal.origin}/recover`);
    await heading('Continue in a fresh page');
  });
});

describe('the page of a calculation', () => {
  it('keeps what was calculated when the network is gone, and sends it when it is back', async () => {
    const { challenge, ...step } = STEPS['proof-of-work'];
    let gone = true;
    let workers = 0;
    page.on('worker', () => {
      workers += 1;
    });
    script({ ...step, challenge: { ...challenge, cost: 1, keyPrefix: '00' } }, () => (gone ? { status: 0 } : ok(STEPS['choose-factor'])));
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('alert').getByText('We got no answer to what you sent').waitFor({ timeout: 90_000 });
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert');
    await heading('The calculation is done');
    expect(await page.getByRole('progressbar').count()).toBe(0);
    gone = false;
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('How do you want to prove it is you?');
    const [first, second] = answersTo('s0').map((answer) => ANSWERS['proof-of-work'].parse(answer));
    expect(second).toEqual(first);
    expect(workers).toBe(1);
  });
});

describe('the code page', () => {
  it('takes a pasted code as it is and checks its length before it costs a try', async () => {
    script(STEPS['code-email'], () => ok(STEPS['new-password']));
    await page.goto(`${portal.origin}/recover`);
    const field = page.getByLabel('Code', { exact: true });
    expect(await field.getAttribute('autocomplete')).toBe('one-time-code');
    expect(await field.getAttribute('inputmode')).toBe('numeric');
    await field.fill('1234');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByRole('link', { name: 'The code has 8 digits.' }).click();
    expect(await focused()).toBe('code');
    expect(answersTo('s2')).toEqual([]);
    await field.evaluate((input: HTMLInputElement) => {
      input.select();
      document.execCommand('insertText', false, ' 4821–7730\u00a0');
    });
    expect(answersTo('s2')).toEqual([]);
    await page.keyboard.press('Enter');
    await heading('Choose a new password');
    expect(answersTo('s2')).toEqual([{ code: '48217730' }]);
  });

  it('says when another code can be sent, then sends it', async () => {
    const fresh = { ...STEPS['code-email'], resendAt: inSeconds(60), message: 'We sent another code.', messageTone: 'info' as const };
    await page.clock.install();
    script({ ...STEPS['code-email'], resendAt: inSeconds(30) }, () => ok(fresh));
    await page.goto(`${portal.origin}/recover`);
    await page.getByText('You can ask for another code from').waitFor();
    await page.clock.fastForward(40_000);
    await page.getByRole('button', { name: 'Send another code' }).click();
    await page.getByText('We sent another code.').waitFor();
    expect(answersTo('s2')).toEqual([{ resend: true }]);
  });

  it('goes back to the choice of ways', async () => {
    script(STEPS['code-email'], () => ok(STEPS['choose-factor']));
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('button', { name: 'Use another way' }).click();
    await heading('How do you want to prove it is you?');
    expect(answersTo('s2')).toEqual([{ back: true }]);
  });
});

describe('the new-password page', () => {
  const field = () => page.getByLabel('New password', { exact: true });

  it('judges while typing, by itself and with the server', async () => {
    script(STEPS['new-password'], (call) =>
      call.path.endsWith('password-check')
        ? {
            status: 200,
            body: { verdicts: [{ code: 'password.breached', ok: false, text: 'Not known from a theft' }], acceptable: false, strength: 4 },
          }
        : undefined,
    );
    await page.goto(`${portal.origin}/recover`);
    await field().fill('Sunflower-42-meadow');
    await page.getByText('Strength: would take years to guess').waitFor();
    await page.getByText('Done: At least 12 characters').waitFor();
    await page.getByText('Not yet: Not known from a theft').waitFor();
    await page.getByText('None of your last 24 passwords (checked when you save)').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Not known from a theft').waitFor();
    expect(answersTo('s6')).toEqual([]);
  });

  it('keeps working when the check does not answer', async () => {
    script(STEPS['new-password'], (call) =>
      call.path.endsWith('password-check') ? { status: 503, body: problem(503, 'directory.unavailable') } : ok(STEPS.done),
    );
    await page.goto(`${portal.origin}/recover`);
    await field().fill('Sunflower-42-meadow');
    await page.getByText('We cannot check the rules right now').waitFor();
    expect(await page.getByText('Strength:').count()).toBe(0);
    await page.keyboard.press('Enter');
    await heading('Your password is changed');
  });

  it('shows the refusal of the directory at the rule and at the field', async () => {
    const refused: Step = {
      ...STEPS['new-password'],
      rules: [...STEPS['new-password'].rules],
      accounts: [...STEPS['new-password'].accounts],
      id: 's6b',
      message: 'This password was used before. Nothing was changed. Choose another one.',
      messageTone: 'error',
      verdicts: [{ code: 'password.in-history', ok: false, text: 'You have used this password before.' }],
    };
    script(STEPS['new-password'], (call) => (call.path.includes('/steps/') ? ok(refused) : undefined));
    await page.goto(`${portal.origin}/recover`);
    await field().fill('Sunflower-42-meadow');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByRole('link', { name: 'This password was used before.' }).waitFor();
    await page.getByText('Not yet: None of your last 24 passwords').waitFor();
    expect(await field().getAttribute('aria-invalid')).toBe('true');
    expect(await field().getAttribute('aria-describedby')).toBe('new-password-problem new-password-rules');
  });

  it('shows and hides, suggests a passphrase that meets the rules, and hides it when saving', async () => {
    const checks = () => portal.calls.filter((call) => call.path.endsWith('password-check')).length;
    script(STEPS['new-password'], (call) => {
      if (call.path.includes('/steps/')) return { status: 503, body: problem(503, 'store.unavailable') };
      // The first estimate was late: the page asks again by itself.
      const strength = checks() > 1 ? { strength: 4 } : {};
      return call.path.endsWith('password-check') ? { status: 200, body: { verdicts: [], acceptable: true, ...strength } } : undefined;
    });
    await page.goto(`${portal.origin}/recover`);
    expect(await field().getAttribute('type')).toBe('password');
    expect(await field().getAttribute('autocomplete')).toBe('new-password');
    await page.getByRole('button', { name: 'Suggest a passphrase' }).click();
    await page.getByText('Here is a suggestion').waitFor();
    expect(await field().getAttribute('type')).toBe('text');
    const suggestion = await field().inputValue();
    expect(suggestion).toMatch(/^[A-Z][a-z]+(-[a-z]+){3}-\d\d$/);
    await page.getByText('would take years to guess').waitFor();
    await page.getByRole('button', { name: 'Save the new password' }).click();
    await page.getByRole('alert').waitFor();
    expect(await field().getAttribute('type')).toBe('password');
    expect(answersTo('s6')).toEqual([{ password: suggestion }]);
  });

  it('offers to unlock and keep the password', async () => {
    script(STEPS['new-password'], (call) => (call.path.includes('/steps/') ? ok(STEPS.done) : undefined));
    await page.goto(`${portal.origin}/recover`);
    await page.getByRole('button', { name: 'Unlock and keep my password' }).click();
    await heading('Your password is changed');
    expect(ANSWERS['new-password'].parse(answersTo('s6')[0])).toEqual({ keepPassword: true });
  });
});

describe('waiting', () => {
  it('asks again by itself, also through a failure, and goes on', async () => {
    let polls = 0;
    script({ ...STEPS['waiting-directory'], pollAfter: 0.5 }, () => {
      polls += 1;
      if (polls === 1) return { status: 200, body: { step: { ...STEPS['waiting-directory'], pollAfter: 0.5 } } };
      if (polls === 2) return { status: 503, body: problem(503, 'store.unavailable') };
      return ok(STEPS.done);
    });
    await page.goto(`${portal.origin}/recover`);
    await page.getByText('We cannot reach the server at the moment').waitFor();
    await heading('Your password is changed');
    expect(answersTo('s8')).toEqual([{}, {}, {}]);
  });
});

describe('language and colours', () => {
  it('change at once, are remembered, and the language goes to the server', async () => {
    script(STEPS['choose-factor']);
    await page.goto(`${portal.origin}/?goal=reset-password`);
    await page.getByLabel('Language').selectOption('de');
    await heading('Um welches Konto geht es?');
    await page.getByRole('button', { name: 'Dunkle Farben' }).click();
    await page.reload();
    await page.locator('html[lang=de][data-mantine-color-scheme=dark]').waitFor();
    await page.getByLabel('Anmeldename').fill('alice');
    await page.keyboard.press('Enter');
    await heading(/Wie möchten Sie/);
    const start = portal.calls.find((call) => call.path === '/api/v1/journeys');
    expect(start?.body).toMatchObject({ locale: 'de' });
    expect(start?.language).toBe('de');
    expect(watched.complaints).toEqual([]);
  });
});

describe('the "this was not me" page', () => {
  const TOKEN = 'abcdefghijklmnopqrstuvwxyz0123456789';

  it('spends nothing before the button is pressed, and keeps the token out of every address', async () => {
    portal.reply = (call) => {
      if (call.path === '/api/v1/site') return { status: 200, body: SITE };
      return { status: 200, body: { frozen: true, contact: 'IT helpdesk, extension 4000' } };
    };
    await page.goto(`${portal.origin}/not-me#${TOKEN}`);
    await heading('This was not you?');
    expect(portal.calls.filter((call) => call.method !== 'GET')).toEqual([]);
    await page.getByRole('button', { name: 'It was not me: stop recovery' }).click();
    await heading('Recovery is stopped');
    await page.getByText('IT helpdesk, extension 4000').waitFor();
    expect(portal.calls.filter((call) => call.method === 'POST')).toMatchObject([
      { path: '/api/v1/notices/not-me', body: { token: TOKEN } },
    ]);
    expect(page.url()).toBe(`${portal.origin}/not-me`);
    expect(watched.complaints).toEqual([]);
  });

  it('says so when the link is spent', async () => {
    portal.reply = (call) =>
      call.path === '/api/v1/site' ? { status: 200, body: SITE } : { status: 410, body: problem(410, 'notice.link-invalid') };
    await page.goto(`${portal.origin}/not-me#${TOKEN}`);
    await page.getByRole('button', { name: 'It was not me: stop recovery' }).click();
    await heading('This link no longer works');
  });
});

describe('the demo page', () => {
  it('shows new messages by itself and copies a code', async () => {
    await watched.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    let messages: typeof DEMO_MESSAGES = [];
    portal.reply = (call) => {
      if (call.path === '/api/v1/site') return { status: 200, body: { ...SITE, demo: true } };
      if (call.path === '/api/v1/demo/accounts') return { status: 200, body: DEMO_PEOPLE };
      if (call.path === '/api/v1/demo/messages') return { status: 200, body: messages };
      return { status: 200, body: { code: '492039', expiresAt: inSeconds(20) } };
    };
    await page.goto(`${portal.origin}/demo`);
    await page.getByText('No message yet').waitFor();
    messages = DEMO_MESSAGES;
    await page.getByRole('button', { name: 'Copy the code 48217730' }).click();
    await page.getByText('48217730 is copied.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('48217730');
    expect(watched.complaints).toEqual([]);
  });

  it('has nothing to show outside demo mode, and asks for nothing', async () => {
    script(STEPS.done);
    await page.goto(`${portal.origin}/demo`);
    await heading('This is not a demo');
    expect(portal.calls.map((call) => call.path)).toEqual(['/api/v1/site']);
  });
});
