import type { LiveEvent } from '../../../shared/api/live.ts';
import { isOver } from '../../me/use-loaded.ts';
import { caseApi } from '../case/case-api.ts';

/** Milliseconds until a stream that was refused is asked for again, each time twice as long. A connection that is only lost comes back by itself. */
const AGAIN_AFTER = 15_000;
const LONGEST = 300_000;

export interface LiveListener {
  onEvent(event: LiveEvent): void;
  /** Whether anything would be heard now. Called when that changes, and to begin with. */
  onLive(isLive: boolean): void;
  /** The session has ended. */
  onOver(): void;
}

const listeners = new Set<LiveListener>();
let source: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastId = '';
let isLive = false;
let again = AGAIN_AFTER;

/** Listens to what happens, over one connection of this window however many listen. @returns ends it */
export function listenLive(listener: LiveListener): () => void {
  listeners.add(listener);
  if (source === null) open();
  else listener.onLive(isLive);
  return () => {
    listeners.delete(listener);
    // A page that follows listens in the same turn: it goes on with the connection that is there.
    setTimeout(() => listeners.size === 0 && close(), 0);
  };
}

function open(): void {
  const from = lastId === '' ? '' : `?after=${encodeURIComponent(lastId)}`;
  source = new EventSource(`/api/v1/helpdesk/live${from}`);
  source.onopen = () => {
    again = AGAIN_AFTER;
    become(true);
  };
  source.onmessage = (message: MessageEvent<string>) => {
    lastId = message.lastEventId;
    const event = JSON.parse(message.data) as LiveEvent;
    for (const listener of listeners) listener.onEvent(event);
  };
  source.onerror = () => {
    become(false);
    if (source?.readyState !== EventSource.CLOSED) return;
    void findOutWhy();
  };
}

/** A stream does not say why it was refused. Whoever is signed out asks no more: it would count against everybody at their address. */
async function findOutWhy(): Promise<void> {
  const refused = source;
  const outcome = await caseApi.list();
  if (source !== refused || source === null) return;
  if (!outcome.ok && isOver(outcome.failure)) {
    for (const listener of listeners) listener.onOver();
    return;
  }
  clearTimeout(timer);
  timer = setTimeout(open, again);
  again = Math.min(2 * again, LONGEST);
}

function become(live: boolean): void {
  isLive = live;
  for (const listener of listeners) listener.onLive(live);
}

function close(): void {
  clearTimeout(timer);
  source?.close();
  source = null;
  // Whoever looks again begins with what happens then.
  lastId = '';
  isLive = false;
}
