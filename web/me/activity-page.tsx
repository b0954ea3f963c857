import { useTranslation } from 'react-i18next';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './me.module.css';
import { meApi } from './me-api.ts';
import { useLoaded } from './use-loaded.ts';

/** "Was this you?": what happened to the account lately. */
export function ActivityPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t, i18n } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure } = useLoaded(meApi.activity, onOver);
  // What has no words is a detail of something else in the list.
  const told = value?.events.filter(({ type }) => i18n.exists(`event.${type}`, { ns: 'me' }));
  return (
    <Question title={t('activity.title')} mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure}>
      <Prose>
        <p>{t('activity.text')}</p>
      </Prose>
      {told === undefined ? (
        <Skeleton />
      ) : (
        <ul className={classes.list}>
          {told.map(({ at, type, by, address }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that is loaded once and never changes
            <li key={index} className={classes.item}>
              <div>
                <p>{t(`event.${type}`)}</p>
                <p className={classes.quiet}>{by === 'operator' || by === 'delegate' ? t(`activity.by-${by}`) : (address ?? '')}</p>
              </div>
              <p className={classes.quiet}>{formatTime(at)}</p>
            </li>
          ))}
        </ul>
      )}
      <Actions>
        <ActionButton onPress={onBack}>{portal('action.back')}</ActionButton>
      </Actions>
    </Question>
  );
}
