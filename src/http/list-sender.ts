import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../shared/errors.ts';
import { type Caller, callerKey } from '../core/access/caller.ts';

/** A reader to whom nothing gets through for so long is given up; milliseconds. */
const SILENT_FOR = 60_000;
/** However slowly somebody reads, what they have taken is written down within so long; milliseconds. */
const LONGEST = 3_600_000;
/** Lists of a kind on their way at one node: directories are read on for two at the same time, and from the beginning for each page of others. */
const MOST = 2;

export interface ListLimits {
  readonly silentFor: number;
  readonly longest: number;
}

/** What is sent to whom. The first of it is read before anything is sent: what is refused is refused before a list begins. */
export interface TakenList {
  readonly name: string;
  readonly caller: Caller;
  begin(): Promise<AsyncGenerator<string>>;
}

/**
 * Sends lines as a file, as they come. A reader who leaves, or is given up, ends the lines with it.
 * @throws AppError `list.too-many`: as many as may be are on their way, or one of this caller; and what `begin` throws
 */
export type SendList = (reply: FastifyReply, list: TakenList) => Promise<FastifyReply>;

/**
 * Sends lists that people take away as CSV. How much was taken is written down when its lines end, so nobody may keep them from ending: not
 * by reading no further, nor at a trickle. And a node that stops waits for none of its readers, only until what they took is written down.
 */
export function createListSender(
  app: FastifyInstance,
  { silentFor, longest }: ListLimits = { silentFor: SILENT_FOR, longest: LONGEST },
): SendList {
  const onTheirWay = new Set<string>();
  const open = new Map<FastifyReply, Promise<void>>();
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const reply of open.keys()) reply.raw.destroy();
    await Promise.all(open.values());
  });
  // And those that were being begun then.
  app.addHook('onClose', async () => void (await Promise.all(open.values())));

  function send(reply: FastifyReply, stream: Readable, whenEnded: () => void): FastifyReply {
    const { promise, resolve } = Promise.withResolvers<void>();
    const giveUp = () => {
      reply.raw.destroy();
      stream.destroy();
    };
    const tooLong = setTimeout(giveUp, longest).unref();
    // After the lines have ended, with whatever they do at their end.
    stream.once('close', () => {
      clearTimeout(tooLong);
      open.delete(reply);
      whenEnded();
      resolve();
    });
    open.set(reply, promise);
    // Silence is the reader's where something waits for them; else a directory is being read in which they may see few.
    reply.raw.on('timeout', () => {
      if (reply.raw.writableLength > 0) giveUp();
      else reply.raw.setTimeout(silentFor);
    });
    reply.raw.setTimeout(silentFor);
    reply.raw.once('close', giveUp);
    // Who has left before the first line was read closes nothing any more; nor does a stop that came before.
    if (isStopping || reply.raw.destroyed) giveUp();
    return reply.send(stream);
  }

  return async (reply, { name, caller, begin }) => {
    const who = callerKey(caller);
    if (onTheirWay.size >= MOST || onTheirWay.has(who)) throw new AppError('list.too-many');
    onTheirWay.add(who);
    const whenEnded = () => onTheirWay.delete(who);
    try {
      const lines = await begin();
      const first = await lines.next();
      const stream = Readable.from(lines);
      if (first.done !== true) stream.unshift(first.value);
      reply.header('content-type', 'text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
      return send(reply, stream, whenEnded);
    } catch (error) {
      whenEnded();
      throw error;
    }
  };
}
