import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MailPreview } from '../../../shared/api/words-preview.ts';
import type { Failure, Outcome } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Chip } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import classes from './words-preview.module.css';

interface WordsPreviewProps<Message> {
  button: string;
  /** The one that the words are in (BCP 47). */
  language: string;
  ask: () => Promise<Outcome<Pick<MailPreview, 'problems' | 'variables'> & { own: Message | null; usual: Message | null }>>;
  Message: ComponentType<{ message: Message; language: string }>;
  /** What else can be done with the words, beside the button. */
  action?: ReactNode;
  children?: ReactNode;
}

/** How a message would read in words that are not saved, beside the one in the words of the product, and what is wrong with them. */
export function WordsPreview<Shown>({ button, language, ask, Message, action, children }: WordsPreviewProps<Shown>) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [shown, setShown] = useState<Awaited<ReturnType<typeof ask>> & { ok: true }>();
  const [failure, setFailure] = useState<Failure>();
  const look = async () => {
    const outcome = await ask();
    setFailure(outcome.ok ? undefined : outcome.failure);
    setShown(outcome.ok ? outcome : undefined);
  };
  const { problems = [], variables = [], own = null, usual = null } = shown?.value ?? {};
  return (
    <div className={classes.preview}>
      <Actions>
        <ActionButton look="quiet" onPress={() => void look()}>
          {button}
        </ActionButton>
        {action}
      </Actions>
      {children}
      {failure !== undefined && <Notice tone="warning">{mistakeOf(failure, portal).text}</Notice>}
      <div role="status">
        {shown !== undefined && (
          <>
            <ul className={classes.problems}>
              {problems.map(({ setting, message, severity }) => (
                <li key={`${setting} ${message}`} lang={SCHEMA_LANGUAGE}>
                  <Chip>{t(`problem.${severity}`)}</Chip> {setting}: {message}
                </li>
              ))}
            </ul>
            <div className={classes.mails}>
              {own !== null && (
                <div className={classes.mail}>
                  <p className={classes.name}>{t('words-preview.own')}</p>
                  <Message message={own} language={language} />
                </div>
              )}
              {usual !== null && (
                <div className={classes.mail}>
                  <p className={classes.name}>{t('words-preview.usual')}</p>
                  <Message message={usual} language={language} />
                </div>
              )}
            </div>
            <p className={classes.name}>
              {t('words-preview.variables')} <code>{variables.map((name) => `{{${name}}}`).join(' ')}</code>
            </p>
          </>
        )}
      </div>
    </div>
  );
}
