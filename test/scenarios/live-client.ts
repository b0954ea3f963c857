import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LiveEvent, liveEventSchema } from '../../shared/api/live.ts';
import { until } from './start-keyturn.ts';

/** A browser's EventSource, as far as a test needs one (WHATWG HTML, 9.2.6). */
export interface LiveClient {
  readonly events: LiveEvent[];
  /** Of the last message that arrived, whole. */
  lastId(): string | undefined;
  isOver(): boolean;
  leave(): void;
  /** The first event that fits, once it is there. */
  waitFor(fits: (event: LiveEvent) => boolean, what: string): Promise<LiveEvent>;
}

/** A connection of its own: `fetch` opens another one beside each that is broken off, which a server that stops waits for. */
async function open(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const sent = request(`${url}/api/v1/helpdesk/live`, { agent: false, headers }).end();
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  return reply;
}

/** Begins to listen; resolves with the first message. @param id to go on from */
export async function listen(url: string, token: string, id?: string): Promise<LiveClient> {
  const reply = await open(url, { authorization: `Bearer ${token}`, ...(id === undefined ? {} : { 'last-event-id': id }) });
  if (reply.statusCode !== 200) throw new Error(`${reply.statusCode} ${await text(reply)}`);
  const events: LiveEvent[] = [];
  let last: string | undefined;
  let over = false;
  const take = (message: string): void => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1];
    const data = field('data');
    last = field('id') ?? last;
    if (data !== undefined) events.push(liveEventSchema.strict().parse(JSON.parse(data)));
  };
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const part of reply.setEncoding('utf8')) {
      const messages = (rest + part).split('\n\n');
      rest = messages.pop() ?? '';
      messages.forEach(take);
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      over = true;
    });
  await until(() => last !== undefined || over, 'the first message');
  return {
    events,
    lastId: () => last,
    isOver: () => over,
    leave: () => void reply.destroy(),
    async waitFor(fits, what) {
      await until(() => events.some(fits), what, 30_000);
      return events.find(fits) as LiveEvent;
    },
  };
}
