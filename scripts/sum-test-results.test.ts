import { describe, expect, it } from 'vitest';
import { nameFailures, sumTestResults } from './sum-test-results.ts';

const file = (status: string, ...tests: string[]) => ({
  name: '/root/test/some.test.ts',
  status,
  message: 'could not be loaded',
  assertionResults: tests.map((test, index) => ({
    status: test,
    fullName: `the thing does ${index}`,
    failureMessages: test === 'failed' ? ['\u001b[31mError\u001b[39m: expected\n  1 to be 2'] : [],
  })),
});
const report = (...testResults: ReturnType<typeof file>[]) => ({ numPassedTests: 0, testResults });

describe('sumTestResults', () => {
  it.each([
    ['a clean run', report(file('passed', 'passed', 'passed'), file('passed', 'passed')), 0, { passed: 3, failed: 0 }],
    ['a failed test', report(file('failed', 'passed', 'failed')), 1, { passed: 1, failed: 1 }],
    [
      'tests that are skipped or to be written',
      report(file('passed', 'passed', 'skipped', 'pending', 'todo')),
      0,
      { passed: 1, failed: 3 },
    ],
    ['a file that could not be loaded', report(file('passed', 'passed'), file('failed')), 1, { passed: 1, failed: 1 }],
    ['a hook that failed after its tests', report(file('failed', 'passed')), 1, { passed: 1, failed: 1 }],
    ['an unhandled error', report(file('passed', 'passed')), 1, { passed: 1, failed: 1 }],
    ['no tests at all', report(), 0, { passed: 0, failed: 1 }],
    ['no report', null, 0, { passed: 0, failed: 1 }],
    ['something else', { hello: 'world' }, 0, { passed: 0, failed: 1 }],
  ])('counts %s', (_name, input, exitCode, counts) => {
    expect(sumTestResults(input, exitCode)).toEqual(counts);
  });
});

describe('nameFailures', () => {
  it('names each test that did not pass, and how its message begins', () => {
    expect(nameFailures(report(file('failed', 'passed', 'failed', 'skipped')), '/root')).toEqual([
      'test/some.test.ts > the thing does 1: Error: expected 1 to be 2',
      'test/some.test.ts > the thing does 2: skipped',
    ]);
  });

  it('names a file that failed outside of its tests, and a run without a report', () => {
    expect(nameFailures(report(file('passed', 'passed'), file('failed')), '/elsewhere')).toEqual([
      '/root/test/some.test.ts: could not be loaded',
    ]);
    expect(nameFailures(null, '/root')).toEqual(['the run left no report']);
  });
});
