import { AppError } from '../../../shared/errors.ts';
import type { CoreDeps } from '../core-deps.ts';
import { readEndMarks } from './end-marks.ts';
import { recordEvent } from './record-event.ts';

/**
 * Says of each time that the end of the log was found put back, and that nobody has acknowledged, that it is known why. The marks stay, and
 * so does this: a verification tells both. Of an end that somebody else has written nothing can be said so.
 * @returns the numbers of the marks
 * @throws AppError `audit.nothing-to-acknowledge`
 */
export async function acknowledgeEnd(
  { store, clock }: Pick<CoreDeps, 'store' | 'clock'>,
  { author, reason }: { author: string; reason: string },
): Promise<readonly number[]> {
  const { open: marks } = await readEndMarks(store);
  if (marks.length === 0) throw new AppError('audit.nothing-to-acknowledge');
  const actor = { kind: 'operator', client: 'cli' } as const;
  await store.transaction((inside) => recordEvent(inside, clock, { type: 'audit.end-acknowledged', actor, author, reason, marks }));
  return marks;
}
