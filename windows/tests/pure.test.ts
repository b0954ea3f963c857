import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { built } from './built.ts';
import { reportTestProgram } from './test-program.ts';

function runNative(program: string, parameters: readonly string[]): { exitCode: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-native-'));
  try {
    const result = spawnSync(join(built.native, 'native', program), parameters, {
      encoding: 'utf8',
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { exitCode: result.status, output: `${result.stdout}${result.stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('pure code of the Windows client, with address and undefined-behaviour sanitizers', () => {
  reportTestProgram(runNative('pure-tests', []));
});

describe('fuzzing of addresses, JSON, settings, command lines and names', () => {
  const [changed, guided] = process.env.KEYTURN_LONG === undefined ? [50_000, 100_000] : [500_000, 2_000_000];

  it(`${changed} mutated inputs break no rule`, () => {
    const result = runNative('fuzz', [String(changed)]);
    expect(result.output).toContain(`${changed} inputs, no fault`);
    expect(result.exitCode).toBe(0);
  }, 900_000);

  it(`${guided} inputs guided by coverage break no rule`, () => {
    const result = runNative('guided-fuzz', ['-seed=1', `-runs=${guided}`, '-max_len=600']);
    expect(result.output).toContain(`Done ${guided} runs`);
    expect(result.exitCode).toBe(0);
  }, 1_800_000);
});
