import { AppError } from '../../../shared/errors.ts';
import type { WriteOptions } from '../../core/ports/directory.ts';
import type { EmbeddedContext } from './embedded-context.ts';

/**
 * Says of each statement that writes whether it may still begin, as `WriteOptions.notAfter` has it. Counts by the monotonic clock from now
 * on: a wall clock that is set back while the password is judged makes no time.
 *
 * @returns throws AppError `directory.unreachable` (details.reason `deadline`) once the time is over
 */
export function writeDeadline(
  { clock, directory }: Pick<EmbeddedContext, 'clock' | 'directory'>,
  { notAfter }: Pick<WriteOptions, 'notAfter'>,
): () => void {
  if (notAfter === undefined) return () => {};
  const until = clock.monotonic() + notAfter - clock.now();
  return () => {
    if (clock.monotonic() > until) throw new AppError('directory.unreachable', { directory, reason: 'deadline' });
  };
}
