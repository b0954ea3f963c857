import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MailPreview } from '../../../shared/api/words-preview.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { adminApi } from '../admin-api.ts';
import type { Json } from './setting-schema.ts';
import { TestTrouble } from './test-trouble.tsx';
import { useOwnAddresses } from './use-own-addresses.ts';
import type { Tests } from './use-tests.ts';
import classes from './words-preview.module.css';
import { WordsPreview } from './words-preview.tsx';
import { wordsTyped } from './words-typed.ts';

interface PreviewsProps {
  value: Json | undefined;
  tests: Tests;
  onOver: () => void;
}

/** How mails would read in the words that stand above, beside those of the product; and how they arrive. */
export function MailPreviews({ value, tests, onOver }: PreviewsProps) {
  const { t } = useTranslation('admin');
  const addresses = useOwnAddresses('email', onOver);
  const [chosen, setChosen] = useState<string>();
  const typed = wordsTyped(value, 'mails', ['subject', 'body']);
  if (typed.length === 0) return null;
  const to = chosen ?? addresses?.[0]?.id;
  const sayings = { sent: t('test-mail.sent'), broken: t('test-mail.broken') };
  return (
    <section aria-labelledby="preview" className={classes.part}>
      <h2 id="preview" className={classes.title}>
        {t('mail-preview.title')}
      </h2>
      {addresses?.length === 0 && <p>{t('test-mail.none')}</p>}
      {addresses !== undefined && to !== undefined && (
        <SelectField
          id="test-to"
          label={t('test-mail.to')}
          hint={t('test-mail.to.hint')}
          value={to}
          options={addresses.map(({ id, label }) => ({ value: id, label }))}
          onChange={setChosen}
        />
      )}
      {typed.map(({ key, about, words }) => (
        <WordsPreview
          key={key}
          button={t('words-preview.show', { about })}
          language={words.language}
          ask={() => adminApi.previewMail(words)}
          Message={Mail}
          action={
            to !== undefined && (
              <ActionButton
                look="quiet"
                busy={tests.busy === about}
                onPress={() => tests.send(about, () => adminApi.testMail(words, to), sayings)}
              >
                {t('test-mail.send', { about })}
              </ActionButton>
            )
          }
        >
          <TestTrouble name={about} trouble={tests.troubles.get(about)} />
        </WordsPreview>
      ))}
    </section>
  );
}

function Mail({ message, language }: { message: NonNullable<MailPreview['own']>; language: string }) {
  return (
    <>
      <p className={classes.subject} lang={language}>
        {message.subject}
      </p>
      <p className={classes.text} lang={language}>
        {message.text.trim()}
      </p>
    </>
  );
}
