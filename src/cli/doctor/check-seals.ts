import { withLines } from '../../../shared/fix-text.ts';
import type { Store } from '../../core/ports/store.ts';
import { type Finding, findingsOf } from './finding.ts';

/** Whether everything sealed can be opened, and what an older key still seals. */
export async function checkSeals(store: Store): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf('sealed values');
  const { first, sealedBy, unreadable } = await store.walkSealed(false);
  const findings = unreadable.map(({ table, rows }) =>
    fail(
      `${rows} in ${table} cannot be opened: their key is not in \`keys\`, or their rows were changed or moved`,
      'Add the missing key. Otherwise find out who can write to the database, and restore or delete the rows; the log names them',
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
