import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MailPreview, MailPreviewRequest } from '../../../shared/api/mail-preview.ts';
import type { Failure } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Chip } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { adminApi } from '../admin-api.ts';
import classes from './mail-preview.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { isGroup, type Json } from './setting-schema.ts';

/** How mails would read in the words that stand above, beside those of the product. */
export function MailPreviews({ value }: { value: Json | undefined }) {
  const { t } = useTranslation('admin');
  const mails = isGroup(value) && Array.isArray(value.mails) ? value.mails : [];
  if (mails.length === 0) return null;
  // Two of one notice and language are refused when they are checked: the last is shown.
  const wanted = new Map(mails.map(wordsOf).map((words) => [`${words.notice} ${words.language}`, words]));
  return (
    <section aria-labelledby="preview">
      <h2 id="preview" className={classes.title}>
        {t('mail-preview.title')}
      </h2>
      {[...wanted].map(([key, words]) => (
        <Preview key={key} wanted={words} />
      ))}
    </section>
  );
}

function Preview({ wanted }: { wanted: MailPreviewRequest }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [shown, setShown] = useState<MailPreview>();
  const [failure, setFailure] = useState<Failure>();
  const look = async () => {
    const outcome = await adminApi.previewMail(wanted);
    setFailure(outcome.ok ? undefined : outcome.failure);
    setShown(outcome.ok ? outcome.value : undefined);
  };
  const { notice, language } = wanted;
  return (
    <div className={classes.preview}>
      <Actions>
        <ActionButton look="quiet" onPress={() => void look()}>
          {t('mail-preview.show', { notice, language })}
        </ActionButton>
      </Actions>
      {failure !== undefined && <Notice tone="warning">{mistakeOf(failure, portal).text}</Notice>}
      <div role="status">
        {shown !== undefined && (
          <>
            <ul className={classes.problems}>
              {shown.problems.map(({ setting, message, severity }) => (
                <li key={`${setting} ${message}`} lang={SCHEMA_LANGUAGE}>
                  <Chip>{t(`problem.${severity}`)}</Chip> {setting}: {message}
                </li>
              ))}
            </ul>
            <div className={classes.mails}>
              <Mail name={t('mail-preview.own')} mail={shown.own} language={language} />
              <Mail name={t('mail-preview.usual')} mail={shown.usual} language={language} />
            </div>
            <p className={classes.name}>
              {t('mail-preview.variables')} <code>{shown.variables.map((name) => `{{${name}}}`).join(' ')}</code>
            </p>
          </>
        )}
      </div>
    </div>
  );
}

function Mail({ name, mail, language }: { name: string; mail: MailPreview['own']; language: string }) {
  if (mail === null) return null;
  return (
    <div className={classes.mail}>
      <p className={classes.name}>{name}</p>
      <p className={classes.subject} lang={language}>
        {mail.subject}
      </p>
      <p className={classes.text} lang={language}>
        {mail.text.trim()}
      </p>
    </div>
  );
}

/** What was typed so far, whatever of it is missing. */
function wordsOf(mail: Json): MailPreviewRequest {
  const typed = isGroup(mail) ? mail : {};
  const text = (name: string) => (typeof typed[name] === 'string' ? typed[name] : '');
  return { notice: text('notice'), language: text('language'), subject: text('subject'), body: text('body') };
}
