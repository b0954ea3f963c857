import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { prove, startJourney } from './journey-client.ts';
import { addPerson, embeddedSection } from './sample-directory.ts';
import { startKeyturn } from './start-keyturn.ts';

/** One recovery from start to end on SQLite in FOLDER, which parts of it are over in the file `mark`: `node recovery-process.ts FOLDER`. */
const [folder = ''] = process.argv.slice(2);
const keyturn = await startKeyturn({ directories: [embeddedSection()], database: `sqlite:${join(folder, 'keyturn.sqlite')}` });
await addPerson(keyturn, 'ada', {});
const person = await keyturn.enrol('ada');
const mark = (over: string) => appendFileSync(join(folder, 'mark'), over);
mark('prepared');
const client = await startJourney(keyturn.url, 'ada');
await prove(keyturn, client, person);
client.at('new-password');
mark('proven');
await client.answer({ password: 'a quiet harbour at noon' });
client.at('done');
mark('done');
await keyturn.close();
// Timers of work that will not come again are left.
process.exit(0);
