import { expect, it } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import type { CheckContext } from './check-context.ts';

const context: CheckContext = { demo: false, secretProblem: () => null, authorityFileProblem: () => null, sectionProblems: () => [] };
const agents = { name: 'agents', may: ['unlock-account'], heldBy: { groups: ['Agents'] }, over: { groups: ['Staff'] } };
const others = { name: 'others', when: { goals: ['reset-password'] }, accepted: [['email', 'totp']] };

const problemsOf = (role: object | object[], rules: object[] | undefined, alarmAddress?: string, more: object = {}) => {
  const document = {
    version: 1,
    organisation: { name: 'Example', publicUrl: 'https://password.example.com', ...(alarmAddress === undefined ? {} : { alarmAddress }) },
    directories: [{ kind: 'embedded', id: 'people', label: 'People' }],
    mail: { kind: 'smtp', from: 'Keyturn <keyturn@example.com>', servers: [{ host: 'mail.example.com' }] },
    signIn: { enabled: true },
    roles: [role].flat(),
    ...(rules === undefined ? {} : { recovery: { rules } }),
    ...more,
  };
  return checkConfiguration(document, context)
    .problems.filter(({ path, message }) => path.startsWith('roles') || message.includes('confirm-call'))
    .map(({ path, message, severity }) => `${severity} ${path}: ${message}`);
};

it('takes agents whose callers can be verified', () => {
  expect(problemsOf(agents, undefined)).toEqual([]);
  expect(problemsOf(agents, [others, { ...others, name: 'callers', when: { goals: ['confirm-call'] } }])).toEqual([]);
  // Nobody is verified for a manager, so nothing is missing.
  expect(problemsOf({ ...agents, heldBy: { directManager: true } }, [others])).toEqual([]);
});

it.each<[object, object[] | undefined, string | undefined, RegExp]>([
  [agents, [others], undefined, /^warning recovery\.rules: No rule accepts anything/],
  [{ ...agents, unverified: true }, undefined, undefined, /^warning roles\[0\]\.unverified: .* nobody is told/],
  [
    { ...agents, unverified: true },
    undefined,
    'alarms@example.com',
    /^warning roles\[0\]\.unverified: Its holders act for whoever calls, without knowing who it is$/,
  ],
  [{ ...agents, otherWays: ['read-back'] }, undefined, undefined, /^warning roles\[0\]\.otherWays: .* relayed by a caller in the middle$/],
  [{ ...agents, otherWays: ['manager', 'questions'] }, undefined, undefined, /^warning roles\[0\]\.otherWays: .* none to choose from/],
])('warns of %j with %j', (role, rules, alarmAddress, expected) => {
  expect(problemsOf(role, rules, alarmAddress)).toEqual([expect.stringMatching(expected)]);
});

it('warns of questions that can never be enough', () => {
  const factors = {
    questions: { pool: ['one', 'two', 'three', 'four', 'five'].map((id) => ({ id, en: `What is number ${id}?` })), asked: 3 },
  };
  const withWays = { ...agents, otherWays: ['questions'] };
  expect(problemsOf(withWays, undefined, undefined, { factors })).toEqual([]);
  expect(problemsOf(withWays, undefined, undefined, { factors, helpdesk: { questionsNeeded: 4 } })).toEqual([
    expect.stringMatching(/`factors\.questions\.asked` is less/),
  ]);
});

it('warns of agents whose role does not say how passwords are reset', () => {
  const resetting = { ...agents, may: ['reset-password'] };
  expect(problemsOf(resetting, undefined)).toEqual([expect.stringMatching(/^warning roles\[0\]\.resetBy: Not said/)]);
  for (const resetBy of [['link'], ['told'], ['link', 'told']]) expect(problemsOf({ ...resetting, resetBy }, undefined)).toEqual([]);
  // Managers tell their reports, whatever it says.
  expect(problemsOf({ ...resetting, heldBy: { directManager: true } }, undefined)).toEqual([]);
});

it('warns of passwords that may be told by one role of the same holders and not by another', () => {
  const telling = { ...agents, may: ['reset-password'], resetBy: ['link', 'told'] };
  const other = (heldBy: object, more: object = {}) => ({ ...telling, name: 'other', resetBy: ['link'], heldBy, ...more });
  const warning = [expect.stringMatching(/^warning roles\[0\]\.resetBy: The role "[^"]+" is held by the same and lacks `told`/)];
  expect(problemsOf([telling, other({ groups: ['More', 'agents'] })], undefined)).toEqual(warning);
  expect(problemsOf([telling, other({ groups: ['Others'] })], undefined)).toEqual([]);
  expect(problemsOf([telling, other({ groups: ['Agents'] }, { may: ['unlock-account'] })], undefined)).toEqual([]);
  expect(problemsOf([telling, other({ groups: ['Agents'] }, { resetBy: ['told'] })], undefined)).toEqual([]);
});
