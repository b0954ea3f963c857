import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MailPreview, MailPreviewRequest } from '../../../shared/api/mail-preview.ts';
import type { Failure } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Chip } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { adminApi } from '../admin-api.ts';
import classes from './mail-preview.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { isGroup, type Json } from './setting-schema.ts';
import { TestTrouble } from './test-trouble.tsx';
import { useOwnAddresses } from './use-own-addresses.ts';
import type { Tests } from './use-tests.ts';

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
  const mails = isGroup(value) && Array.isArray(value.mails) ? value.mails : [];
  if (mails.length === 0) return null;
  // Two of one notice and language are refused when they are checked: the last is shown.
  const wanted = new Map(mails.map(wordsOf).map((words) => [`${words.notice} ${words.language}`, words]));
  const to = chosen ?? addresses?.[0]?.id;
  return (
    <section aria-labelledby="preview">
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
      {[...wanted].map(([key, words]) => (
        <Preview key={key} wanted={words} to={to} tests={tests} />
      ))}
    </section>
  );
}

function Preview({ wanted, to, tests }: { wanted: MailPreviewRequest; to: string | undefined; tests: Tests }) {
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
  const name = `${notice}, ${language}`;
  const send = (address: string) =>
    tests.send(name, () => adminApi.testMail(wanted, address), { sent: t('test-mail.sent'), broken: t('test-mail.broken') });
  return (
    <div className={classes.preview}>
      <Actions>
        <ActionButton look="quiet" onPress={() => void look()}>
          {t('mail-preview.show', { notice, language })}
        </ActionButton>
        {to !== undefined && (
          <ActionButton look="quiet" busy={tests.busy === name} onPress={() => send(to)}>
            {t('test-mail.send', { notice, language })}
          </ActionButton>
        )}
      </Actions>
      <TestTrouble trouble={tests.troubles.get(name)} />
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
