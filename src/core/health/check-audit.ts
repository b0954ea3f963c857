import { isAppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import type { Store } from '../ports/store.ts';
import { type Finding, findingsOf } from './finding.ts';

/** The end of the audit log: the quick part of `keyturn audit verify`. */
export async function checkAudit(store: Store): Promise<Finding[]> {
  const { ok, fail } = findingsOf('audit');
  const trouble = (text: string) => [
    fail(text, withLines('Find out who can write to the database, and what was changed', 'keyturn audit verify')),
  ];
  try {
    const end = await store.audit.head();
    if (store.audit.seals().check('end', end) !== 'authentic')
      return trouble('The recorded end of the audit log was written by somebody else');
    const [last, ...beyond] = await store.audit.read(Math.max(0, end.seq - 1), 2);
    // Whoever appends at this moment is ahead of us.
    const isCut = end.seq > 0 && (last?.seq !== end.seq || last.hash !== end.hash);
    if (isCut) return trouble('Events at the end of the audit log are missing or changed');
    const now = await store.audit.head();
    const added = end.seq === 0 ? last : beyond[0];
    if (added !== undefined && added.seq > now.seq) return trouble('The audit log has events behind its recorded end');
    return [ok(`${end.seq} events, the end is as it was written`)];
  } catch (error) {
    if (isAppError(error, 'audit.chain-broken')) return trouble('The recorded end of the audit log is gone');
    throw error;
  }
}
