import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { embeddedSection } from '../scenarios/sample-directory.ts';
import { startKeyturn } from '../scenarios/start-keyturn.ts';
import { run, runUnchecked } from '../servers/processes.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';

const RULES = 'packaging/monitoring/keyturn-alerts.yaml';
const CASES = 'test/packaging/alert-cases.yaml';

let folder: string;
beforeAll(async () => {
  folder = await createScratchFolder('alerts');
  for (const file of [RULES, CASES]) copyFileSync(file, join(folder, file.split('/').at(-1) ?? ''));
});
afterAll(() => removeScratchFolder(folder));

it('Prometheus takes the alert rules, and each of them tells trouble from what is none', async () => {
  await run('promtool', ['check', 'rules', RULES]);
  await run('promtool', ['test', 'rules', 'alert-cases.yaml'], { cwd: folder });
});

it('there is a case for each alert', () => {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: { alert: string }[] }[] };
  const cases = readFileSync(CASES, 'utf8');
  for (const { alert } of groups.flatMap(({ rules }) => rules)) expect(cases).toMatch(new RegExp(`alertname: ${alert}\\n`));
});

it('Prometheus takes the metrics of a node', async () => {
  const node = await startKeyturn({ directories: [embeddedSection()], metrics: { port: 0 } });
  try {
    const metrics = await (await fetch(node.metricsUrl ?? '')).text();
    const { stdout, stderr } = await runUnchecked('promtool', ['check', 'metrics'], { input: metrics });
    // It finds fault with names of prom-client itself.
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !/^nodejs_\w+ non-counter/.test(line));
    expect(complaints).toEqual([]);
    expect(metrics).toContain('keyturn_database_up 1');
  } finally {
    await node.close();
  }
});
