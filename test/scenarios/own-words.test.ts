import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { addFactor } from '../../src/core/enrolment/add-factor.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
import { answers, type SmsGatewayServer, startSmsGateway } from '../servers/sms-gateway.ts';
import { type SmtpServer, startSmtp } from '../servers/smtp.ts';
import { GENEROUS_LIMITS } from './generous-limits.ts';
import { startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { type Keyturn, startKeyturn, until } from './start-keyturn.ts';

const mails = [
  {
    ...{ notice: 'code' as const, language: 'en' as const, subject: '{{organisation}}: your code' },
    body: 'Good day,\n\n{{what}}\n\n{{code}}\n\nYour <b>IT</b> & team',
  },
  {
    ...{ notice: 'password-was-reset' as const, language: 'en' as const, subject: 'Password' },
    body: 'It is done for {{account}}, at {{happenedAt}}.\n\n{{link}}',
  },
  {
    ...{ notice: 'code' as const, language: 'en' as const, directory: 'school', subject: '{{organisation}}: the code of the school' },
    body: 'Dear pupil,\n\n{{what}}\n\n{{code}}',
  },
];
const texts = [
  { notice: 'code' as const, language: 'en' as const, text: 'Northwind: {{code}} for {{purpose}}.' },
  { notice: 'code' as const, language: 'en' as const, directory: 'school', text: 'School: {{what}}' },
];

let smtp: SmtpServer;
let gateway: SmsGatewayServer;
let keyturn: Keyturn;

beforeAll(async () => {
  [smtp, gateway] = await Promise.all([startSmtp(), startSmsGateway(answers(200, {}))]);
  keyturn = await startKeyturn({
    directories: [embeddedSection(), embeddedSection('school')],
    configuration: {
      guard: GENEROUS_LIMITS,
      mail: {
        ...{ kind: 'smtp', from: 'Keyturn <keyturn@example.test>' },
        servers: [{ host: smtp.host, port: smtp.port, security: 'none' }],
      },
      recovery: {
        rules: [
          {
            name: 'everybody',
            accepted: [
              ['email', 'totp'],
              ['sms', 'totp'],
            ],
          },
        ],
      },
      sms: {
        ...{ kind: 'http', countries: ['DE'] },
        gateways: [{ name: 'g', url: gateway.url, json: { to: '{{number}}', text: '{{text}}' } }],
      },
      notices: { mails, texts },
    },
  });
});
afterAll(async () => {
  await keyturn?.close();
  await smtp?.stop();
  await gateway?.stop();
});

describe('mails in the words of the organisation', () => {
  it('bring people through a recovery, and keep what protects them', async () => {
    const login = newLogin('words');
    await addPerson(keyturn, login);
    const { address, totp } = await keyturn.enrol(login);
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    const asked = await smtp.waitForMessage(address);
    expect(asked.subject).toMatch(/: your code$/);
    expect(asked.text).toMatch(/^Good day,\n\nYou asked to choose a new password\. /);
    expect(asked.text).toContain('Your <b>IT</b> & team');
    expect(asked.text).toMatch(/Nobody who helps you will ever ask you for it\./);
    expect(asked.text).toMatch(/It was asked for on .* at the network address/);
    await client.answer({ code: /^\d{8}$/m.exec(asked.text)?.[0] ?? '' });
    await client.answer({ code: totp() });
    await client.answer({ password: newPassword() });
    client.at('done');
    const told = async () => (await smtp.messages()).find(({ to, subject }) => to.includes(address) && subject === 'Password');
    await until(async () => (await told()) !== undefined, 'the notice');
    const { text = '' } = (await told()) ?? {};
    expect(text).toMatch(new RegExp(`^It is done for ${login} \\(.*\\), at .*\\.\n\nIf it was not you, open the page below`));
    expect(text).toMatch(/\/not-me#[\w-]+/);
  });

  it('are those of the directory that somebody is in', async () => {
    const login = newLogin('pupil');
    await addPerson(keyturn, login, { directory: 'school' });
    const { address } = await keyturn.enrol(login);
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'email' });
    const asked = await smtp.waitForMessage(address);
    expect(asked.subject).toMatch(/: the code of the school$/);
    expect(asked.text).toMatch(/^Dear pupil,\n\nYou asked to choose a new password\./);
  });

  it.each([
    ['people', /^Northwind: \d{8} for a new password\. Nobody who helps you will ask for it\.$/],
    ['school', /^School: \d{8} is your code for a new password\. Nobody who helps you will ask for it\.$/],
  ])('are in text messages of %s as well, and what they leave out is added', async (directory, words) => {
    const login = newLogin('texted');
    await addPerson(keyturn, login, { directory });
    const { account, totp } = await keyturn.enrol(login);
    const number = directory === 'people' ? '+4915123460001' : '+4915123460002';
    await addFactor(keyturn.deps, keyturn.deps.store, { account, kind: 'sms', label: number, secret: number, source: 'test' });
    const client = await startJourney(keyturn.url, login);
    await client.answer({ option: 'sms' });
    const texts = () => gateway.calls.map(({ body }) => JSON.parse(body) as { to: string; text: string }).filter(({ to }) => to === number);
    await until(() => texts().length > 0, 'the text');
    expect(texts()[0]?.text).toMatch(words);
    await client.answer({ code: /\d{8}/.exec(texts()[0]?.text ?? '')?.[0] ?? '' });
    await client.answer({ code: totp() });
    client.at('new-password');
  });

  it('stay as they were when others are refused', async () => {
    const { document = '{}', version = 0 } = (await keyturn.deps.store.configurations.current()) ?? {};
    const applied = applyConfiguration(
      {
        ...{ store: keyturn.deps.store, clock: keyturn.clock },
        checkContext: { demo: true, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] },
      },
      {
        document: { ...JSON.parse(document), notices: { mails: [{ ...mails[0], body: '{{what}}\n\n{{cod}}' }] } },
        ...{ expectedVersion: version, actor: { kind: 'system' }, author: 'test', comment: 'test' },
      },
    );
    const problems = [
      'notices.mails[0].body: Line 3, column 1: there is no {{cod}} here; did you mean {{code}}? There are: {{what}}, {{code}}, {{organisation}}',
      'notices.mails[0].body: {{code}} is missing: write it as a paragraph of its own, with an empty line before and after it',
    ];
    await expect(applied).rejects.toMatchObject({ code: 'configuration.invalid', details: { problems } });
    expect((await keyturn.deps.store.configurations.current())?.document).toBe(document);
  });
});
