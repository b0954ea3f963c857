import { useTranslation } from 'react-i18next';
import type { MyAccounts } from '../../../shared/api/my-accounts.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import classes from '../me.module.css';

interface AccountListProps {
  own: MyAccounts;
  said: string | undefined;
  mistake: Mistake | undefined;
  onLink: () => void;
  onPart: (account: MyAccounts['accounts'][number]) => void;
  onBack: () => void;
}

/** What is linked, and a way to link more. */
export function AccountList({ own, said, mistake, onLink, onPart, onBack }: AccountListProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  return (
    <Question
      title={t('accounts.title')}
      icon="person"
      message={said}
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? said}
    >
      <Prose>
        <p>{t('accounts.text')}</p>
        {own.accounts.length === 0 && <p>{t('accounts.none')}</p>}
      </Prose>
      <ul className={classes.list}>
        {own.accounts.map((account) => {
          const name = account.login ?? t('accounts.unknown');
          return (
            <li key={account.id} className={classes.item}>
              <div>
                <p>{name}</p>
                <p className={classes.quiet}>{account.directory}</p>
                {account.countsFrom !== null && (
                  <p className={classes.quiet}>{t('overview.counts-from', { time: formatTime(account.countsFrom) })}</p>
                )}
              </div>
              <ActionButton look="secondary" label={t('accounts.part.label', { name })} onPress={() => onPart(account)}>
                {t('accounts.part')}
              </ActionButton>
            </li>
          );
        })}
      </ul>
      <Actions>
        <ActionButton onPress={onLink}>{t('accounts.link')}</ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
