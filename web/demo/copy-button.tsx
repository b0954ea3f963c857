import { useTranslation } from 'react-i18next';
import { CopyButton as Copy } from '../ui/copy-button.tsx';

/** Copies a text of the demo. `words` stand on the button where "Copy" alone would not say what. */
export function CopyButton({ text, label, words }: { text: string; label: string; words?: string }) {
  const { t } = useTranslation('demo');
  const all = { copy: words ?? t('copy'), copied: t('copied'), failed: t('copy.failed') };
  return <Copy text={text} words={all} said={t('copied.said', { what: text })} label={label} look="quiet" />;
}
