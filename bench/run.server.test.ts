import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('run.ts', import.meta.url));

const summary = { operations: expect.any(Number), median: expect.any(Number), p95: expect.any(Number), perSecond: expect.any(Number) };
const ratio = { overall: expect.any(Number), lowest: expect.any(Number), highest: expect.any(Number) };
const verdict = { met: expect.any(Boolean), target: expect.any(String) };

// What is asserted is the shape: times belong into a benchmark and not into a test.
test('measures OpenLDAP and prints one JSON document', async () => {
  const { stdout } = await run(process.execPath, [program, '--only', 'openldap', '--seconds', '1', '--json']);
  const report = JSON.parse(stdout) as { writes: object[] };
  expect(report).toMatchObject({ database: 'sqlite', machine: { cores: expect.any(Number) }, start: null });
  expect(report.writes).toHaveLength(4);
  expect(report.writes).toContainEqual(expect.objectContaining({ operation: 'reset', clients: 8, verdict }));
  for (const result of report.writes) {
    expect(result).toMatchObject({ directory: 'OpenLDAP', bare: summary, product: summary, cost: ratio, throughput: ratio });
  }
});

test('measures the helpdesk, with as many agents and stories as there are callers', async () => {
  const { stdout } = await run(process.execPath, [program, '--only', 'helpdesk', '--callers', '4', '--json']);
  const times = { median: expect.any(Number), p95: expect.any(Number) };
  const crowd = { agents: 4, callers: 4, failed: 0, story: times };
  expect(JSON.parse(stdout)).toMatchObject({ helpdesk: { story: { product: times, bare: times }, crowd } });
});

test('measures the import of breached passwords, and questions to it', async () => {
  const { stdout } = await run(process.execPath, [program, '--only', 'breached', '--hashes', '5000', '--json']);
  const times = { median: expect.any(Number), p95: expect.any(Number) };
  const figures = { hashes: 5000, memory: expect.any(Number), bytesPerHash: expect.any(Number) };
  expect(JSON.parse(stdout)).toMatchObject({ breached: { ...figures, found: times, notFound: times, bare: times, verdict } });
});

test('tells a mistake on the command line', async () => {
  await expect(run(process.execPath, [program, '--only', 'novell'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--only novell'),
  });
});
