import { expect, it } from 'vitest';

/** One `TEST` of a C++ test program (see check.h), as its output tells. */
interface NativeTest {
  readonly name: string;
  readonly passed: boolean;
  readonly complaints: string;
}

/** Reads the output of a C++ test program. Complaints stand before the line of their test. */
export function readTestOutput(output: string): NativeTest[] {
  const tests: NativeTest[] = [];
  let complaints: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    const verdict = /^(ok {2}|FAIL) (.+)$/.exec(line);
    if (verdict === null) {
      if (line.startsWith('  ')) complaints.push(line);
      continue;
    }
    tests.push({ name: verdict[2] ?? '', passed: verdict[1] !== 'FAIL', complaints: complaints.join('\n') });
    complaints = [];
  }
  return tests;
}

/**
 * Makes each `TEST` of a finished program a test of this run, and one more that the program came to its own end: a crash would
 * otherwise look like fewer tests.
 */
export function reportTestProgram(result: { readonly exitCode: number | null; readonly output: string }): void {
  const tests = readTestOutput(result.output);
  for (const test of tests) {
    it(test.name, () => {
      if (!test.passed) throw new Error(test.complaints);
    });
  }
  it('the program ends by itself after its last test', () => {
    const failed = tests.filter((test) => !test.passed).length;
    expect(result.output).toContain(`${tests.length - failed} passed, ${failed} failed`);
    expect(tests.length).toBeGreaterThan(0);
    expect(result.exitCode).toBe(failed === 0 ? 0 : 1);
  });
}
