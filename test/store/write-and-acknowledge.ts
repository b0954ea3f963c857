import { openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { journeyRow, NOW, openTestStore, outboxRow } from './fixture.ts';

/**
 * Several writers at once: `node write-and-acknowledge.ts URL ACKNOWLEDGEMENTS COMMITS`. Appends the id of each journey to the
 * file ACKNOWLEDGEMENTS when its transaction has resolved: then an answer may leave that rests on it.
 */
const [url = '', acknowledgements = '', commits = '0'] = process.argv.slice(2);
const store = await openTestStore(url);
const file = openSync(acknowledgements, 'a');
let left = Number(commits);

async function write(writer: number): Promise<void> {
  while (left > 0) {
    left -= 1;
    const row = journeyRow();
    await store.counters.hitAll([{ key: `writer-${writer}`, windowMilliseconds: 60_000 }], NOW);
    if (left % 5 === 0) await store.journeys.insert(row);
    else {
      await store.transaction(async (inner) => {
        await inner.journeys.insert(row);
        await inner.audit.append({ at: NOW, type: 'test', data: '{}' });
        await inner.outbox.insert(outboxRow({ id: row.id }));
      });
    }
    writeSync(file, `${row.id}\n`);
    if (left % 3 === 0) await store.outbox.done(row.id, NOW);
    for (let turn = 0; turn < writer; turn += 1) await setImmediate();
  }
}

await Promise.all([0, 1, 2, 3].map(write));
await store.close();
