import type { TFunction } from 'i18next';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { History, HistoryEvent } from '../../shared/api/history.ts';
import { formatList } from '../format.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Announcement } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './history.module.css';
import { addressOf, filterOf, type Wanted, wantedIn } from './history-address.ts';
import { exportAddress, historyApi } from './history-api.ts';
import { HistoryFilters } from './history-filters.tsx';
import { HistoryList } from './history-list.tsx';

interface HistoryProps {
  search: string;
  go: (to: string) => void;
  onBack: () => void;
  onOver: () => void;
}

/** The audit log in words. What is looked for is in the address: back, forward and a link sent to somebody work. */
export function HistoryPage(props: HistoryProps) {
  const { i18n } = useTranslation();
  // Another address, or language, is another history: nothing of the one before is left over.
  return <HistoryOf key={`${i18n.language} ${props.search}`} {...props} />;
}

function HistoryOf({ search, go, onBack, onOver }: HistoryProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [wanted] = useState(() => wantedIn(search));
  const [events, setEvents] = useState<readonly HistoryEvent[]>([]);
  const [last, setLast] = useState<History>();
  const [busy, setBusy] = useState(true);
  const [mistake, setMistake] = useState<Mistake>();
  const isLeft = useRef(false);

  const load = useCallback(
    async (cursor?: number) => {
      setBusy(true);
      setMistake(undefined);
      const outcome = await historyApi.page(filterOf(wanted), cursor);
      if (isLeft.current) return;
      setBusy(false);
      if (outcome.ok) {
        setLast(outcome.value);
        return setEvents((shown) => [...shown, ...outcome.value.events]);
      }
      if (isOver(outcome.failure)) return onOver();
      setMistake(mistakeOf(outcome.failure, portal));
    },
    [wanted, onOver, portal],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page appears
  useEffect(() => {
    isLeft.current = false;
    void load();
    return () => {
      isLeft.current = true;
    };
  }, []);

  const onWant = (next: Wanted) => {
    const to = addressOf(next);
    // The same once more is a wish to see what has happened since.
    if (to === addressOf(wanted)) {
      setEvents([]);
      setLast(undefined);
      void load();
    } else go(to);
  };
  return (
    <Question title={t('history.title')} mistakes={mistake === undefined ? [] : [mistake]} focusOn={mistake}>
      <p className={classes.quiet}>{t('history.text')}</p>
      <HistoryFilters wanted={wanted} directories={last?.directories ?? []} busy={busy} onWant={onWant} />
      {last?.about != null && <p className={classes.quiet}>{describeAbout(last.about, t)}</p>}
      {events.length > 0 && <HistoryList events={events} onWant={onWant} />}
      {last === undefined && mistake === undefined && <Skeleton />}
      <Announcement>{last === undefined || busy ? '' : t('history.shown', { count: events.length })}</Announcement>
      {last !== undefined && <p className={classes.quiet}>{t(endOf(events, last))}</p>}
      <Actions>
        {last !== undefined && last.cursor !== null && (
          <ActionButton look="secondary" busy={busy} onPress={() => void load(last.cursor ?? undefined)}>
            {t('history.older')}
          </ActionButton>
        )}
        {events.length > 0 && (
          <a className={classes.export} href={exportAddress(filterOf(wanted))} download="history.csv">
            {t('history.export')}
          </a>
        )}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

/** Whose accounts were found for a name; the address may name one that no directory knows any more. */
function describeAbout(about: NonNullable<History['about']>, t: TFunction<'admin'>): string {
  if (about.length === 0) return t('history.about.nobody');
  return t('history.about', { accounts: formatList(about.map(({ login, id, directory }) => `${login ?? id} (${directory})`)) });
}

function endOf(events: readonly HistoryEvent[], last: History): string {
  if (last.cursor !== null) return events.length === 0 ? 'history.none-yet' : 'history.more';
  return events.length === 0 ? 'history.none' : 'history.end';
}
