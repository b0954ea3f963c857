import { withLines } from '../../../shared/fix-text.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { HeadNote, NotedHead } from '../ports/head-note.ts';
import type { Store } from '../ports/store.ts';
import { canonicalJson } from './canonical-json.ts';
import { END_PUT_BACK_EVENT } from './chain.ts';
import { readEndMarks } from './end-marks.ts';

/** How often the end is written into the log of the node, where it has moved; milliseconds. */
const TOLD_EVERY = 60 * 60_000;

/** What is to be done where events are gone that were there. */
export const PUT_BACK_FIX = withLines(
  'If a backup was put back, end what it has brought back with it; if the database has lost its last commits in a failover, say so. Otherwise find out who can write to the database',
  'keyturn database restored --reason "..."',
  'keyturn audit acknowledge --reason "..."',
);

type Deps = Pick<CoreDeps, 'store' | 'clock' | 'log'> & { readonly headNote: HeadNote };

/**
 * Whether the log holds what was noted of it. `told`: it does not, and the log says so itself, or who has the console has said since that a
 * backup was put back. `lost`: events are gone, or other ones stand in their place, and nobody has said so.
 */
export async function judgeNoted(store: Pick<Store, 'audit'>, { seq, hash, at, log }: NotedHead): Promise<'there' | 'told' | 'lost'> {
  const [[first], [row]] = await Promise.all([store.audit.read(0, 1), store.audit.read(seq - 1, 1)]);
  // Another database, whose log begins otherwise.
  if (first !== undefined && first.hash !== log) return 'there';
  if (row?.seq === seq && row.hash === hash) return 'there';
  const { found, restoredAt } = await readEndMarks(store);
  const isTold = (restoredAt ?? 0) > at || found.some((mark) => mark.at >= at && mark.was >= seq);
  return isTold ? 'told' : 'lost';
}

/**
 * Keeps the end of the audit log noted outside of the database, and looks whether what was noted is there still: a node that was stopped,
 * or has written nothing meanwhile, notices so that the database was put back to an earlier state. That is marked in the log, for good.
 * To be called when a node starts, every minute, and before it stops. From time to time the log of the node says where the audit log ends, for whoever keeps
 * those lines elsewhere.
 */
export function createHeadKeeper({ store, clock, log, headNote }: Deps): () => Promise<void> {
  let told: { at: number; seq: number } | null = null;
  let isNoted = true;
  const note = async (head: NotedHead): Promise<void> => {
    try {
      await headNote.write(head);
      isNoted = true;
    } catch (error) {
      // Said once, until it works again: without the note everything else does.
      if (isNoted) log.warn('audit.head-not-noted', { error });
      isNoted = false;
    }
  };
  const look = async (): Promise<void> => {
    const noted = await headNote.read();
    if (noted !== null && (await judgeNoted(store, noted)) === 'lost') {
      const { seq, hash } = await store.audit.head();
      log.error('audit.end-put-back', { seq, hash, was: noted.seq, fix: PUT_BACK_FIX });
      await store.audit.append({ at: clock.now(), type: END_PUT_BACK_EVENT, data: canonicalJson({ seq, hash, was: noted.seq }) });
    }
    const end = await store.audit.head();
    const [first] = await store.audit.read(0, 1);
    // What somebody else has written there is no end of ours: the next event says so.
    if (first === undefined || store.audit.seals().check('end', end) !== 'authentic') return;
    const { seq, hash } = end;
    const at = clock.now();
    if (noted?.seq !== seq || noted.hash !== hash) await note({ seq, hash, at, log: first.hash });
    if (told !== null && (told.seq === seq || at - told.at < TOLD_EVERY)) return;
    told = { at, seq };
    log.info('audit.head', { head: `${seq}:${hash}` });
  };
  // One after the other: two at once would both find it.
  let looking: Promise<void> = Promise.resolve();
  return () => {
    looking = looking.then(look, look);
    return looking;
  };
}
