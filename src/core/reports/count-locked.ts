import type { LockedReport } from '../../../shared/api/reports.ts';
import { isAppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import type { Directory } from '../ports/directory.ts';

const PAGE = 200;
/** Beyond it "at least" is told. */
const MOST = 1000;

/** Who is locked out now, in numbers: every directory by itself, and of one that does not tell it is not known. */
export async function countLocked({ directories, log }: Pick<CoreDeps, 'directories' | 'log'>): Promise<LockedReport> {
  const counted = await Promise.all(
    directories.all().map(async (directory) => {
      const { id, label } = directory;
      if (!directory.abilities.finds.includes('locked')) return { id, label, locked: null, more: false };
      try {
        return { id, label, ...(await countIn(directory)) };
      } catch (error) {
        if (!isAppError(error)) throw error;
        log.warn('report.locked-not-told', { directory: id, error });
        return { id, label, locked: null, more: false };
      }
    }),
  );
  return { directories: counted };
}

async function countIn(directory: Directory): Promise<{ locked: number; more: boolean }> {
  let locked = 0;
  let cursor: string | null = null;
  do {
    const page = await directory.search({ filter: 'locked', pageSize: PAGE, ...(cursor === null ? {} : { cursor }) });
    locked += page.accounts.length;
    cursor = page.cursor;
  } while (cursor !== null && locked < MOST);
  return { locked, more: cursor !== null };
}
