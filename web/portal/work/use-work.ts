import { useEffect, useState } from 'react';
import type { Work, WorkReport } from './solve-work.ts';

export type WorkState =
  | { name: 'working'; tries: number }
  | { name: 'failed' }
  | { name: 'solved'; solution: { counter: number; derivedKey: string } };

/** Does a step's work in a worker; a new `round` begins anew. Without WebCrypto (a page that is not secure) there is no way to. */
export function useWork(work: Work, round: number): WorkState {
  const [state, setState] = useState<WorkState>({ name: 'working', tries: 0 });
  // The same step may come from the server again as another object: what is calculated stays.
  const asked = JSON.stringify(work);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round is the occasion, its number is not used.
  useEffect(() => {
    setState({ name: 'working', tries: 0 });
    if (globalThis.crypto?.subtle === undefined) return setState({ name: 'failed' });
    const worker = new Worker(new URL('./solve-work.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<WorkReport>) => {
      if ('tries' in data) setState({ name: 'working', tries: data.tries });
      else setState('solution' in data ? { name: 'solved', solution: data.solution } : { name: 'failed' });
    };
    worker.onerror = () => setState({ name: 'failed' });
    worker.postMessage(JSON.parse(asked));
    return () => worker.terminate();
  }, [asked, round]);
  return state;
}
