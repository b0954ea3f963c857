import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeToken } from '../../../shared/api/tokens.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Exact } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../admin.module.css';
import { TokenFacts } from './tokens-page.tsx';

/** The token, this once. */
export function MadeTokenPage({ made, onBack }: { made: MadeToken; onBack: () => void }) {
  const { t } = useTranslation('admin');
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard?.writeText(made.text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <Question title={t('tokens.made.title', { name: made.token.name })} icon="key" focusOn={made.text}>
      <Notice tone="warning">{t('tokens.made.once')}</Notice>
      <Exact>{made.text}</Exact>
      <div className={classes.item}>
        <TokenFacts token={made.token} />
      </div>
      <Announcement>{copied ? t('tokens.made.copied') : ''}</Announcement>
      <Actions>
        <ActionButton look="secondary" onPress={copy}>
          {t(copied ? 'tokens.made.copied' : 'tokens.made.copy')}
        </ActionButton>
        <ActionButton onPress={onBack}>{t('tokens.made.kept')}</ActionButton>
      </Actions>
    </Question>
  );
}
