import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdminHistory } from '../../shared/api/admin.ts';
import { formatTime } from '../format.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';

/** The audit log, newest first, a page at a time. */
export function HistoryPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [events, setEvents] = useState<AdminHistory['events']>();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const last = events?.at(-1)?.seq;
  const load = useCallback(
    async (before?: number) => {
      setBusy(true);
      const outcome = await adminApi.history(before);
      setBusy(false);
      if (outcome.ok) return setEvents((shown = []) => [...shown, ...outcome.value.events]);
      if (isOver(outcome.failure)) return onOver();
      setMistake(mistakeOf(outcome.failure, portal));
    },
    [onOver, portal],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page appears
  useEffect(() => {
    void load();
  }, []);
  return (
    <Question title={t('history.title')} mistakes={mistake === undefined ? [] : [mistake]} focusOn={mistake}>
      <Prose>
        <p>{t('history.text')}</p>
      </Prose>
      {events === undefined ? (
        mistake === undefined && <Skeleton />
      ) : (
        <ol className={classes.list}>
          {events.map(({ seq, at, type, facts }) => (
            <li key={seq} className={classes.item}>
              <p>
                <code>{type}</code>
              </p>
              <p className={classes.quiet}>{formatTime(at)}</p>
              <details>
                <summary>{t('history.details')}</summary>
                <pre className={classes.document}>{JSON.stringify(facts, null, 2)}</pre>
              </details>
            </li>
          ))}
        </ol>
      )}
      {last === 1 && <p className={classes.quiet}>{t('history.end')}</p>}
      <Actions>
        {last !== undefined && last > 1 && (
          <ActionButton look="secondary" busy={busy} onPress={() => void load(last)}>
            {t('history.older')}
          </ActionButton>
        )}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
