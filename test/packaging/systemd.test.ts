import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ALLOCATOR, NODE_OPTIONS } from '../../bench/node-options.ts';
import { run, runUnchecked } from '../servers/processes.ts';

const UNIT = 'packaging/systemd/keyturn.service';

it('the unit exposes little of the machine, by the judgement of systemd', async () => {
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', UNIT]);
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThan(2);
});

it('the unit has no setting that systemd does not know', async () => {
  const { stderr } = await runUnchecked('systemd-analyze', ['verify', '--man=no', UNIT]);
  // The program is where the package puts it, which is not here.
  const complaints = stderr
    .split('\n')
    .filter((line) => line.includes('keyturn.service') && !/is not executable|\/usr\/bin\/keyturn/.test(line));
  expect(complaints).toEqual([]);
});

it('the unit runs Node.js as the benchmarks do, with a cache of compiled code that only Keyturn writes', async () => {
  const unit = await readFile(UNIT, 'utf8');
  const environment = new Map(
    // Whoever holds a space stands in quotation marks (systemd.exec(5), `Environment=`).
    [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
      [...line.matchAll(/"([^"]*)"|\S+/g)].map(([pair, quoted]) => (quoted ?? pair).split(/=(.*)/s) as [string, string]),
    ),
  );
  expect(environment.get('NODE_OPTIONS')).toBe(NODE_OPTIONS.join(' '));
  expect(environment.get('MALLOC_ARENA_MAX')).toBe(ALLOCATOR.MALLOC_ARENA_MAX);
  expect(environment.get('NODE_COMPILE_CACHE')).toBe('/var/cache/keyturn');
  expect(unit).toMatch(/^CacheDirectory=keyturn$/m);
  // Node.js takes these options from its environment, not all of them it does.
  await run(process.execPath, ['-e', ''], { env: { NODE_OPTIONS: environment.get('NODE_OPTIONS') ?? '' } });
});
