import { useEffect, useRef, useState } from 'react';
import type { LiveEvent } from '../../../shared/api/live.ts';
import { listenLive } from './live-source.ts';

/** Hears what happens while the page is shown. @returns whether it does: where not, the page has to ask by itself */
export function useLive(onEvent: (event: LiveEvent) => void, onOver: () => void): boolean {
  const [isLive, setLive] = useState(false);
  const hear = useRef({ onEvent, onOver });
  useEffect(() => {
    hear.current = { onEvent, onOver };
  });
  useEffect(
    () => listenLive({ onEvent: (event) => hear.current.onEvent(event), onLive: setLive, onOver: () => hear.current.onOver() }),
    [],
  );
  return isLive;
}
