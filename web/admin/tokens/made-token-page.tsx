import { useTranslation } from 'react-i18next';
import type { MadeToken } from '../../../shared/api/tokens.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Actions, Exact } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../admin.module.css';
import { TokenFacts } from './tokens-page.tsx';

/** The token, this once. */
export function MadeTokenPage({ made, onBack }: { made: MadeToken; onBack: () => void }) {
  const { t } = useTranslation('admin');
  const words = { copy: t('tokens.made.copy'), copied: t('tokens.made.copied'), failed: t('tokens.made.copy.failed') };
  return (
    <Question title={t('tokens.made.title', { name: made.token.name })} icon="key" focusOn={made.text}>
      <Notice tone="warning">{t('tokens.made.once')}</Notice>
      <Exact>{made.text}</Exact>
      <div className={classes.item}>
        <TokenFacts token={made.token} />
      </div>
      <Actions>
        <CopyButton text={made.text} words={words} />
        <ActionButton onPress={onBack}>{t('tokens.made.kept')}</ActionButton>
      </Actions>
    </Question>
  );
}
