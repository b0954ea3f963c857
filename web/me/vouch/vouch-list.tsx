import { useTranslation } from 'react-i18next';
import type { VouchRequest } from '../../../shared/api/vouch.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../me.module.css';

interface VouchListProps {
  requests: readonly VouchRequest[];
  onAnswer: (request: VouchRequest) => void;
  onAgain: () => void;
  onBack: () => void;
}

/** Who waits, and what became of others lately. */
export function VouchList({ requests, onAnswer, onAgain, onBack }: VouchListProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  // Whoever comes here comes to answer.
  const open = requests.filter(({ state }) => state === 'open').length;
  return (
    <Question title={t('vouch.title')} icon="person">
      <Prose>
        <p>{t(requests.length === 0 ? 'vouch.none' : 'vouch.text')}</p>
      </Prose>
      <ul className={classes.list}>
        {requests.map((request) => (
          <li key={request.id} className={classes.item}>
            <div>
              <p>{request.person.displayName}</p>
              <p className={classes.quiet}>{t('vouch.asked', { login: request.person.login, time: formatTime(request.askedAt) })}</p>
            </div>
            {request.state === 'open' ? (
              <ActionButton
                look={open === 1 ? 'primary' : 'secondary'}
                label={t('vouch.answer.label', { name: request.person.displayName })}
                onPress={() => onAnswer(request)}
              >
                {t('vouch.answer')}
              </ActionButton>
            ) : (
              <p className={classes.quiet}>{t(`vouch.state.${request.state}`)}</p>
            )}
          </li>
        ))}
      </ul>
      <Actions>
        <ActionButton look={open === 1 ? 'secondary' : 'primary'} onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
        <ActionButton look="secondary" onPress={onAgain}>
          {t('vouch.again')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
