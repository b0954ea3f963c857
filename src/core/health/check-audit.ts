import { isAppError } from '../../../shared/errors.ts';
import { withLines } from '../../../shared/fix-text.ts';
import { readEndMarks } from '../audit/end-marks.ts';
import { judgeNoted, PUT_BACK_FIX } from '../audit/keep-head.ts';
import type { HeadNote } from '../ports/head-note.ts';
import type { Store } from '../ports/store.ts';
import { type Finding, findingsOf } from './finding.ts';

/**
 * The end of the audit log: the quick part of `keyturn audit verify`. Also whether it holds what this node has noted of it, and what it says
 * itself of an end that was put back.
 */
export async function checkAudit({ store, headNote }: { readonly store: Store; readonly headNote?: HeadNote }): Promise<Finding[]> {
  const { ok, fail } = findingsOf('audit');
  const noted = (await headNote?.read()) ?? null;
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
    if (noted !== null && (await judgeNoted(store, noted)) === 'lost')
      return [fail(`The database is in an older state: event ${noted.seq}, which this node has noted, is not there`, PUT_BACK_FIX)];
    const { open } = await readEndMarks(store);
    if (open.length > 0)
      return [
        fail(`The end of the audit log was put back to an earlier one (event ${open.join(', ')}), and nobody has said why`, PUT_BACK_FIX),
      ];
    return [ok(`${end.seq} events, the end is as it was written`)];
  } catch (error) {
    if (isAppError(error, 'audit.chain-broken')) return trouble('The recorded end of the audit log is gone');
    throw error;
  }
}
