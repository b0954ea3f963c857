import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';

const context: CheckContext = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };

const problemsOf = (required: object[], more: object = {}) => {
  const document = {
    version: 1,
    organisation: { name: 'Example', publicUrl: 'https://password.example.com' },
    directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: 'mail.example.com' }] },
    signIn: { enabled: true },
    enrolment: { required: required.map((rule, index) => ({ name: `rule ${index}`, ...rule })) },
    ...more,
  };
  return checkConfiguration(document, context)
    .problems.filter(({ path }) => path.startsWith('enrolment'))
    .map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
};

it('takes what makes sense', () => {
  expect(problemsOf([])).toEqual([]);
  expect(
    problemsOf([
      { when: { groups: ['Apprentices'] }, ask: 'never' },
      { when: { groups: ['Staff'] }, ask: 'force', from: '2026-09-01', deadline: '2026-09-30', days: 14, putOffDays: 3 },
      { ask: 'remind', mails: { everyDays: 7 } },
    ]),
  ).toEqual([]);
});

it.each<[object[], object, RegExp]>([
  [[{ ask: 'force' }], {}, /^error enrolment\.required\[0\]\.ask: Say until when/],
  [[{ deadline: '30.9.2026' }], {}, /^error enrolment\.required\[0\]\.deadline/],
  [[{ deadline: '2026-02-30' }], {}, /^error enrolment\.required\[0\]\.deadline/],
  [[{ from: '2026-10-01', deadline: '2026-09-30' }], {}, /^error enrolment\.required\[0\]\.deadline: Before `from`/],
  [[{ ask: 'never', days: 3 }], {}, /^warning enrolment\.required\[0\]: Asks nobody/],
  [[{}, { ask: 'never' }], {}, /^warning enrolment\.required\[1\]: Never applies/],
  [[{ name: 'same', when: { groups: ['A'] } }, { name: 'same' }], {}, /^error enrolment\.required\[1\]\.name: Another rule/],
  [[{ when: { directories: ['elsewhere'] } }], {}, /^error enrolment\.required\[0\]\.when\.directories\[0\]: No directory/],
  [[{}], { signIn: { enabled: false } }, /^error enrolment\.required: People are asked when they sign in/],
  [
    [{}],
    { recovery: { rules: [{ name: 'passes', accepted: [['temporary-pass', 'totp']] }] } },
    /^warning enrolment\.required: Nobody under the rule of recovery "passes"/,
  ],
])('finds what is wrong with %j', (required, more, expected) => {
  const found = problemsOf(required, more);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

it('wants to know which of several directories has a group', () => {
  const directories = ['people', 'guests'].map((id) => ({ kind: 'embedded', id, label: id }));
  expect(problemsOf([{ when: { groups: ['Staff'] } }], { directories })).toEqual([
    expect.stringMatching(/^error enrolment\.required\[0\]\.when\.groups: There are several directories/),
  ]);
});
