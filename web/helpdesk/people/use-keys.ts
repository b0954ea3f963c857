import { useEffect, useRef } from 'react';
import { keysAreOn } from './key-setting.ts';

/** Where letters are text. Arrows and Escape are ours there too. */
const FIELDS = 'input:not([type=checkbox]), textarea, select, [contenteditable]';

/**
 * Keys of a page. One that is pressed together with another, or that somebody types into a field, is none.
 * @param act does what the key is for; true when it is for something
 */
export function useKeys(act: (key: string) => boolean): void {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const isText = event.target instanceof Element && event.target.matches(FIELDS);
      const isSelect = event.target instanceof Element && event.target.matches('select');
      if (isSelect || (event.key.length === 1 && (isText || !keysAreOn()))) return;
      if (current.current(event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
