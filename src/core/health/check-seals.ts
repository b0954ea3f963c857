import { withLines } from '../../../shared/fix-text.ts';
import type { Store } from '../ports/store.ts';
import { type Finding, findingsOf } from './finding.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  journeys: 'The people start again; delete the rows, or wait until they expire',
  challenges: 'The people start again; delete the rows, or wait until they expire',
  factors: 'They prove nothing: have their owners enrol anew, and delete the rows, which the log names',
  intents: 'Each is given up after an hour, and its account can be written to again; read in the log what they were',
  outbox: 'Each is given up when it is due; the log names it',
};

/** Whether everything sealed can be opened, and what an older key still seals. */
export async function checkSeals(store: Store): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('sealed values');
  const { first, sealedBy, unreadable, notUnderstood } = await store.walkSealed(false);
  const findings = unreadable.map(({ table, rows }) =>
    fail(
      `${rows} in ${table} cannot be opened: their key is not in \`keys\`, or their rows were changed or moved`,
      'Add the missing key. Otherwise find out who can write to the database, and restore or delete the rows; the log names them',
    ),
  );
  findings.push(
    ...notUnderstood.map(({ table, rows }) =>
      fail(
        `${rows} in ${table} can be opened and make no sense: another release wrote them, or somebody who holds the key`,
        `${REMEDIES[table] ?? 'Delete the rows, or restore them from a backup'}; nothing else waits for them`,
      ),
    ),
  );
  for (const [key, values] of Object.entries(sealedBy)) {
    if (key !== first)
      findings.push(
        warn(
          `${values} are still sealed by ${key}`,
          withLines('Once all nodes have the new key first, seal them anew', 'keyturn key reseal'),
        ),
      );
  }
  return findings.length > 0 ? findings : [ok(`all are sealed by ${first}`)];
}
