import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { Activity } from '../../shared/api/me.ts';
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
  const inWords = (key: string, factor: FactorKind | undefined, count: number) => {
    const event = factor === undefined ? t(key) : t('activity.factor', { event: t(key), kind: t(`kind.${factor}`) });
    return count === 1 ? event : t('activity.times', { event, count });
  };
  return (
    <Question title={t('activity.title')} mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure}>
      <Prose>
        <p>{t('activity.text')}</p>
      </Prose>
      {told === undefined ? (
        <Skeleton />
      ) : (
        <ul className={classes.list}>
          {asLines(told).map(({ at, type, factor, by, address, count }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list that is loaded once and never changes
            <li key={index} className={classes.item}>
              <div>
                <p>{inWords(`event.${type}`, factor, count)}</p>
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

type Line = Activity['events'][number] & { count: number };

/** What reads the same and follows each other, such as ten codes that were made at once, is one line. */
function asLines(events: Activity['events']): Line[] {
  const lines: Line[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    const readsTheSame = last !== undefined && isSame(last, event);
    if (readsTheSame) last.count += 1;
    else lines.push({ ...event, count: 1 });
  }
  return lines;
}

function isSame(one: Activity['events'][number], other: Activity['events'][number]): boolean {
  const what = ({ at, type, factor, by, address }: Activity['events'][number]) => [formatTime(at), type, factor, by, address].join('|');
  return what(one) === what(other);
}
