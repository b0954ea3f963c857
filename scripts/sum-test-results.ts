import { readFileSync } from 'node:fs';
import { argv, cwd } from 'node:process';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** What this needs of vitest's JSON report (the format of Jest). */
const reportSchema = z.object({
  numPassedTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() })),
    }),
  ),
});

export interface Counts {
  passed: number;
  failed: number;
}

/** Longest excerpt of a failure's message, in characters: enough to know it again. */
const EXCERPT = 300;

/**
 * Names what did not pass, a line each: the file, the test, and how its message begins. Whoever has only the end of a long
 * output then knows what to look at.
 */
export function nameFailures(report: unknown, root: string): string[] {
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) return ['the run left no report'];
  return parsed.data.testResults.flatMap((file) => {
    const path = file.name.startsWith(`${root}/`) ? file.name.slice(root.length + 1) : file.name;
    const others = file.assertionResults.filter(({ status }) => status !== 'passed');
    if (others.length === 0) return file.status === 'passed' ? [] : [`${path}: ${excerpt(file.message)}`];
    return others.map(
      ({ status, fullName, failureMessages }) => `${path} > ${fullName.trim()}: ${excerpt(failureMessages?.[0] ?? '') || status}`,
    );
  });
}

function excerpt(message: string): string {
  return stripVTControlCharacters(message).replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT);
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
  const report = readReport(argv[2] ?? '');
  const { passed, failed } = sumTestResults(report, Number(argv[3]));
  console.log(`${passed} ${failed}`);
  if (failed > 0) for (const line of nameFailures(report, cwd())) console.log(`    ${line}`);
}
