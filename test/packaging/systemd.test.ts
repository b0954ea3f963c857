import { expect, it } from 'vitest';
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
