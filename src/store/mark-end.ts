import { withLines } from '../../shared/fix-text.ts';
import { canonicalJson } from '../core/audit/canonical-json.ts';
import { END_NOT_AUTHENTIC_EVENT, END_PUT_BACK_EVENT } from '../core/audit/chain.ts';
import type { AuditEntry, AuditHead } from '../core/ports/audit-store.ts';
import type { TableContext } from './context.ts';
import type { Database } from './schema.ts';

/**
 * What is to be said of an end of the audit log that we would build on, as an event before all others: a new seal over a false end would
 * make it a true one. null: it is the one that we left.
 * @param at of the first of them
 */
export async function markFor(context: TableContext, db: Database, end: AuditHead, at: number): Promise<AuditEntry | null> {
  const { seq, hash } = end;
  const about = { seq, hash, fix: withLines('Find out who has changed the audit log', 'keyturn audit verify') };
  if (!(await isOurs(context, db, end))) {
    context.log.error('audit.end-not-authentic', about);
    return { at, type: END_NOT_AUTHENTIC_EVENT, data: canonicalJson({ seq, hash }) };
  }
  const was = putBackFrom(context, end);
  if (was === null) return null;
  context.log.error('audit.end-put-back', { ...about, was });
  return { at, type: END_PUT_BACK_EVENT, data: canonicalJson({ seq, hash, was }) };
}

/** Whether the end that we build on is one that we wrote. A key that another node has just made is looked for first. */
async function isOurs(context: TableContext, db: Database, end: AuditHead): Promise<boolean> {
  const found = context.audit.seals().check('end', end);
  return (found === 'unknown-key' ? (await context.audit.reload(db)).check('end', end) : found) === 'authentic';
}

/** Where the log ended, as this process has committed it, if this is an earlier end: whatever came between was taken away. null: it is not. */
function putBackFrom({ audit: { committed } }: TableContext, { seq, hash }: AuditHead): number | null {
  if (committed === null || seq > committed.seq || (seq === committed.seq && hash === committed.hash)) return null;
  return committed.seq;
}
