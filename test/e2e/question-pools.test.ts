import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { prepareQuestions } from '../../src/core/enrolment/prepare-questions.ts';
import { addPerson, embeddedSection } from '../scenarios/sample-directory.ts';
import { createMovableClock } from '../scenarios/start-keyturn.ts';
import { uniqueName } from '../servers/unique-name.ts';
import { axe, launchBrowser, openPage, screenshot, scrollsSideways } from './browser.ts';
import { type PortalKeyturn, startPortalKeyturn } from './portal-keyturn.ts';
import { APPEARANCES, signInHere, wordsOf } from './sign-in-here.ts';

const question = (id: string) => ({ id, en: `What was the first ${id}?`, de: `Was war das erste (${id})?` });

describe.each(APPEARANCES)('pools of questions, %s', (_, options, locale) => {
  const language = locale.slice(0, 2);
  const word = wordsOf(language, 'admin');
  const say = (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{{${name}}}`, String(value)), word[key] ?? key);
  const chief = uniqueName('chief');
  let portal: PortalKeyturn;
  let browser: Browser;
  beforeAll(async () => {
    [portal, browser] = await Promise.all([
      startPortalKeyturn({
        directories: [embeddedSection(), { ...embeddedSection('school'), questions: [question('desk')] }],
        configuration: {
          signIn: { enabled: true },
          recovery: {
            rules: [
              {
                name: 'everybody',
                accepted: [
                  ['email', 'questions'],
                  ['email', 'totp'],
                ],
              },
            ],
          },
          factors: { questions: { pool: ['street', 'teacher', 'dish', 'book'].map(question), setUp: 3, asked: 3 } },
          roles: [{ name: 'chiefs', may: ['manage-configuration'], heldBy: { directories: ['people'], accounts: [chief] } }],
        },
        clock: createMovableClock(),
        host: 'localhost',
      }),
      launchBrowser(),
    ]);
    await addPerson(portal.keyturn, chief);
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.close();
  });

  it('are edited with who has set up each of them in view', async () => {
    const owner = await portal.keyturn.enrol(chief);
    const { deps } = portal.keyturn;
    const account = await deps.directories.get('people').readAccount(owner.account);
    if (account === null) throw new Error('no account');
    const given = ['street', 'teacher', 'dish'].map((id) => ({ question: id, answer: `The answer to ${id}` }));
    const { secret } = await prepareQuestions(deps, account, given, 'en');
    await addFactor(deps, deps.store, { account: owner.account, kind: 'questions', label: 'q', secret, source: 'self' });
    const { page, complaints, context } = await openPage(browser, portal.origin, { ...options, locale, expectedStatuses: [401, 403] });
    const look = async (what: string) => {
      expect(await axe(page), what).toEqual([]);
      await screenshot(page, `question-pools-${what}-${locale}`);
      expect(await scrollsSideways(page), what).toBe(false);
    };
    const press = (text: string) => page.getByRole('button', { name: text, exact: true }).click();
    const title = (text: string | undefined) => page.getByRole('heading', { level: 1, name: text ?? '', exact: true }).waitFor();
    await signInHere(page, portal, { login: chief, owner, language });

    await page.goto(`${portal.origin}/admin`);
    await press(say('questions.title'));
    await title(word['questions.title']);
    await page.getByText(say('questions.people_one', { count: 1 })).waitFor();
    const row = (id: string) => page.getByRole('group', { name: new RegExp(`^${id}`) });
    await row('street')
      .getByText(say('questions.use_one', { count: 1 }))
      .waitFor();
    await row('book')
      .getByText(say('questions.use_other', { count: 0 }))
      .waitFor();
    await look('list');

    // One that nobody has set up goes at once; of the other it is said first whom it concerns.
    await press(say('questions.remove.of', { question: 'book' }));
    await row('book').waitFor({ state: 'detached' });
    await press(say('questions.remove.of', { question: 'street' }));
    await row('street').getByText(say('questions.remove.what')).waitFor();
    await look('removing');
    await press(say('questions.remove.retire'));
    await row('street').getByText(say('questions.retired'), { exact: true }).waitFor();
    await press(say('questions.add'));
    const added = row(say('questions.new'));
    await added.getByLabel(say('questions.id'), { exact: true }).fill('dish');
    await page.getByRole('group', { name: /^dish/ }).nth(1).getByLabel(say('questions.id'), { exact: true }).fill('pet');
    await row('pet').getByLabel(say('questions.in.en'), { exact: true }).fill('What was the first pet?');
    await row('pet').getByLabel(say('questions.in.de'), { exact: true }).fill('Was war das erste Haustier?');
    await press(say('questions.add.of', { directory: 'Directory school' }));
    await look('added');
    const blank = row(say('questions.new'));
    await blank.getByRole('button', { name: say('questions.remove.of', { question: say('questions.new') }) }).click();

    // What was changed is judged and saved as any other change.
    await press(say('configuration.review'));
    await title(word['review.title']);
    await page
      .getByText(/Factors › Questions › Pool/)
      .first()
      .waitFor();
    await look('review');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
