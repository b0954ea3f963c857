import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A reader to whom nothing gets through for so long is given up; milliseconds. */
const SILENT_FOR = 60_000;
/** However slowly somebody reads, what they have taken is written down within so long; milliseconds. */
const LONGEST = 3_600_000;

export interface ListLimits {
  readonly silentFor: number;
  readonly longest: number;
}

/** Sends lines as a file, as they come. A reader who leaves, or is given up, ends the lines with it. */
export type SendList = (reply: FastifyReply, name: string, lines: AsyncGenerator<string>) => FastifyReply;

/**
 * Sends lists that people take away as CSV. What was taken is written down when its lines end, so nobody may keep them from ending: not by
 * reading no further, nor at a trickle. And a node that stops waits for none of its readers, only until what they took is written down.
 */
export function createListSender(
  app: FastifyInstance,
  { silentFor, longest }: ListLimits = { silentFor: SILENT_FOR, longest: LONGEST },
): SendList {
  const open = new Map<FastifyReply, Promise<void>>();
  app.addHook('preClose', async () => {
    for (const reply of open.keys()) reply.raw.destroy();
    await Promise.all(open.values());
  });
  return (reply, name, lines) => {
    const stream = Readable.from(lines);
    const { promise, resolve } = Promise.withResolvers<void>();
    const tooLong = setTimeout(() => reply.raw.destroy(), longest).unref();
    // After the lines have ended, with whatever they do at their end.
    stream.once('close', () => {
      clearTimeout(tooLong);
      open.delete(reply);
      resolve();
    });
    open.set(reply, promise);
    reply.raw.setTimeout(silentFor, () => reply.raw.destroy());
    reply.raw.once('close', () => stream.destroy());
    reply.header('content-type', 'text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
    return reply.send(stream);
  };
}
