import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run's output with one plain line, `N passed, N failed`, that any build server can read. */
export function closingLineReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors) {
      let passed = 0;
      let failed = unhandledErrors.length;
      for (const module of modules) {
        const tests = [...module.children.allTests()];
        passed += tests.filter((test) => test.result().state === 'passed').length;
        const failedTests = tests.filter((test) => test.result().state === 'failed').length;
        // A file that could not be loaded has no tests, and a failing hook fails none; either is one failure.
        failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests;
      }
      // Vitest's own reporter prints its summary in the same event; this line is to be the last.
      process.once('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
    },
  };
}
