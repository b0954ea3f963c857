import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** What this needs of vitest's JSON report (the format of Jest). */
const reportSchema = z.object({
  numPassedTests: z.int(),
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

export interface Counts {
  passed: number;
  failed: number;
}

/**
 * Counts a test run strictly: whatever did not pass has failed, skipped tests included. A file that failed outside of
 * its tests is one failure, and so is a run that went wrong without saying where (a crash, an unhandled error, no
 * tests at all).
 */
export function sumTestResults(report: unknown, exitCode: number): Counts {
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) return { passed: 0, failed: 1 };
  const counts = { passed: 0, failed: 0 };
  for (const file of parsed.data.testResults) {
    const passed = file.assertionResults.filter(({ status }) => status === 'passed').length;
    const others = file.assertionResults.length - passed;
    counts.passed += passed;
    counts.failed += others === 0 && file.status !== 'passed' ? 1 : others;
  }
  const wentWrong = exitCode !== 0 || counts.passed === 0;
  if (wentWrong && counts.failed === 0) counts.failed = 1;
  return counts;
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const { passed, failed } = sumTestResults(readReport(argv[2] ?? ''), Number(argv[3]));
  console.log(`${passed} ${failed}`);
}
