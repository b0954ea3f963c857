import { describe, expect, it } from 'vitest';
import { sumTestResults } from './sum-test-results.ts';

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });
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
