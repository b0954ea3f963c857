import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What is told of a run, here and for scripts/verification.sh, which names a file for results that a program reads. */
export function testReporters(): ('default' | Reporter | ['json', { outputFile: string }])[] {
  const outputFile = process.env.KEYTURN_TEST_RESULTS;
  return [
    'default',
    closingLineReporter(),
    ...(outputFile === undefined ? [] : [['json', { outputFile }] as ['json', { outputFile: string }]]),
  ];
}

/**
 * Ends the run's output with one plain line, `N passed, N failed`, that any build server can read. Before it stands each test that
 * passed only when it was tried again; the same goes into the file that KEYTURN_SECOND_TRIES names.
 */
function closingLineReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors) {
      let passed = 0;
      let failed = unhandledErrors.length;
      const again: string[] = [];
      for (const module of modules) {
        const tests = [...module.children.allTests()];
        passed += tests.filter((test) => test.result().state === 'passed').length;
        again.push(
          ...tests
            .filter((test) => test.diagnostic()?.flaky === true)
            .map((test) => `${module.relativeModuleId} > ${test.fullName}${whyAgain(test)}`),
        );
        const failedTests = tests.filter((test) => test.result().state === 'failed').length;
        // A file that could not be loaded has no tests, and a failing hook fails none; either is one failure.
        failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests;
      }
      // Vitest's own reporter prints its summary in the same event; this line is to be the last.
      const told = again.map((name) => `Passed only at its second try: ${name}\n`).join('');
      const file = process.env.KEYTURN_SECOND_TRIES;
      if (file !== undefined) appendFileSync(file, told);
      process.once('exit', () => process.stdout.write(`${told}${passed} passed, ${failed} failed\n`));
    },
  };
}

/** What ended the first try, on one line: vitest keeps it beside the success. */
function whyAgain(test: TestCase): string {
  const [first] = test.result().errors ?? [];
  return first === undefined ? '' : ` (${first.message.replace(/\s+/g, ' ').slice(0, 300)})`;
}
