import { useEffect, useState } from 'react';
import { ActionButton } from './action-button.tsx';
import { Announcement } from './layout.tsx';

const SAID_FOR_MS = 5000;

interface CopyButtonProps {
  text: string;
  /** What stands on the button before, and after it was pressed: with and without success. */
  words: { copy: string; copied: string; failed: string };
  /** What is said of success to who does not see the button; what stands on it unless told. */
  said?: string;
  /** Of the button, where what stands on it does not say what is copied. */
  label?: string;
  look?: 'secondary' | 'quiet';
}

/**
 * Copies a text that stands beside it. Browsers that give pages no clipboard, as all do where the address is not https, and people who do
 * not allow it are told that it is to be selected by hand.
 */
export function CopyButton({ text, words, said, label, look = 'secondary' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('failed');
    }
  };
  const shown = outcome === undefined ? words.copy : words[outcome];
  return (
    <>
      <ActionButton look={look} {...(label === undefined || outcome === 'failed' ? {} : { label })} onPress={() => void copy()}>
        {shown}
      </ActionButton>
      <Announcement>{outcome === undefined ? '' : outcome === 'copied' ? (said ?? words.copied) : words.failed}</Announcement>
    </>
  );
}
