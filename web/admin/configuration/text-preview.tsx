import { useTranslation } from 'react-i18next';
import type { TextPreview } from '../../../shared/api/words-preview.ts';
import { adminApi } from '../admin-api.ts';
import type { Json } from './setting-schema.ts';
import classes from './words-preview.module.css';
import { WordsPreview } from './words-preview.tsx';
import { wordsTyped } from './words-typed.ts';

/** How text messages would read in the words that stand above, beside those of the product, and what each costs. */
export function TextPreviews({ value }: { value: Json | undefined }) {
  const { t } = useTranslation('admin');
  const typed = wordsTyped(value, 'texts', ['text']);
  if (typed.length === 0) return null;
  return (
    <section aria-labelledby="text-preview" className={classes.part}>
      <h2 id="text-preview" className={classes.title}>
        {t('text-preview.title')}
      </h2>
      {typed.map(({ key, about, words }) => (
        <WordsPreview
          key={key}
          button={t('words-preview.show', { about })}
          language={words.language}
          ask={() => adminApi.previewText(words)}
          Message={Text}
        />
      ))}
    </section>
  );
}

function Text({ message, language }: { message: NonNullable<TextPreview['own']>; language: string }) {
  const { t } = useTranslation('admin');
  return (
    <>
      <p className={classes.text} lang={language}>
        {message.text}
      </p>
      <p className={classes.name}>{t('text-preview.messages', { count: message.messages })}</p>
    </>
  );
}
