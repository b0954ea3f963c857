import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../ui/action-button.tsx';
import { Announcement } from '../ui/layout.tsx';

const SAID_FOR_MS = 2000;

/** Copies a text to the clipboard and says so. `words` stand on the button where "Copy" alone would not say what. */
export function CopyButton({ text, label, words }: { text: string; label: string; words?: string }) {
  const { t } = useTranslation('demo');
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    // Without permission nothing is claimed; the text is beside the button to be selected.
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <>
      <ActionButton look="quiet" label={label} onPress={copy}>
        {copied ? t('copied') : (words ?? t('copy'))}
      </ActionButton>
      <Announcement>{copied ? t('copied.said', { what: text }) : ''}</Announcement>
    </>
  );
}
