import { NOW, openTestStore } from './fixture.ts';

/** A node that starts, appends to the audit chain a number of times, and ends: `node open-and-append.ts URL TIMES`. */
const [url = '', times = '0'] = process.argv.slice(2);
const store = await openTestStore(url);
for (let index = 0; index < Number(times); index += 1) {
  await store.audit.append({ at: NOW, type: 'test', data: '{}' });
}
await store.close();
process.stdout.write('done\n');
