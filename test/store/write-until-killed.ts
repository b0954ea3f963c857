import { writeSync } from 'node:fs';
import { journeyRow, NOW, openTestStore } from './fixture.ts';

/**
 * Commits transactions until somebody kills the process: `node write-until-killed.ts URL LEAVE_OPEN_AFTER`. Prints
 * `committed ID` after each commit, and `open ID` inside the last transaction, which never ends.
 */
const [url = '', leaveOpenAfter = '1'] = process.argv.slice(2);
const store = await openTestStore(url);
for (let count = 1; ; count += 1) {
  const row = journeyRow();
  await store.transaction(async (inner) => {
    await inner.journeys.insert(row);
    await inner.audit.append({ at: NOW, type: 'test', data: '{}' });
    if (count <= Number(leaveOpenAfter)) return;
    writeSync(1, `open ${row.id}\n`);
    await new Promise(() => setInterval(() => {}, 1_000));
  });
  writeSync(1, `committed ${row.id}\n`);
}
