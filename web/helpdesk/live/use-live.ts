import { useEffect, useRef, useState } from 'react';
import type { LiveEvent } from '../../../shared/api/live.ts';
import { listenLive } from './live-source.ts';

/** Hears what happens while the page is shown. @returns whether it does: where not, the page has to ask by itself */
export function useLive(onEvent: (event: LiveEvent) => void): boolean {
  const [isLive, setLive] = useState(false);
  const hear = useRef(onEvent);
  useEffect(() => {
    hear.current = onEvent;
  });
  useEffect(() => listenLive({ onEvent: (event) => hear.current(event), onLive: setLive }), []);
  return isLive;
}
