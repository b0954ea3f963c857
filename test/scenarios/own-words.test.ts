import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/core/configuration/apply-configuration.ts';
import { newLogin, newPassword } from '../conformance/samples.ts';
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
];

let smtp: SmtpServer;
let keyturn: Keyturn;

beforeAll(async () => {
  smtp = await startSmtp();
  keyturn = await startKeyturn({
    directories: [embeddedSection()],
    configuration: {
      guard: GENEROUS_LIMITS,
      mail: {
        ...{ kind: 'smtp', from: 'Keyturn <keyturn@example.test>' },
        servers: [{ host: smtp.host, port: smtp.port, security: 'none' }],
      },
      notices: { mails },
    },
  });
});
afterAll(async () => {
  await keyturn?.close();
  await smtp?.stop();
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
