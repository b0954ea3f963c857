import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LockedReport, Report } from '../../shared/api/reports.ts';
import { REPORT_DAYS } from '../../shared/report-parts.ts';
import type { Failure } from '../api.ts';
import { formatDay, formatTime } from '../format.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { loadReportTexts } from '../texts.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, QuietLink } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useTexts } from '../use-texts.ts';
import { Bars, Days } from './bars.tsx';
import { ReportPart } from './report-part.tsx';
import classes from './reports.module.css';
import { addressOf, type WantedReport, wantedIn } from './reports-address.ts';
import { reportsApi } from './reports-api.ts';
import { SavedCalls } from './saved-calls.tsx';

interface ReportsProps {
  search: string;
  go: (to: string) => void;
  onBack: () => void;
  onOver: () => void;
}

/** What is done here in numbers (HELP-8). What is looked at is in the address. */
export function ReportsPage(props: ReportsProps) {
  return useTexts(loadReportTexts) ? <Reports {...props} /> : <Skeleton />;
}

function Reports({ search, go, onBack, onOver }: ReportsProps) {
  const { t } = useTranslation('reports');
  const { t: portal } = useTranslation();
  const [wanted, setWanted] = useState(() => wantedIn(search));
  const { report, locked, failure, load } = useReport(wanted.days, onOver);
  const want = (next: WantedReport) => {
    window.history.replaceState(null, '', addressOf(next));
    setWanted(next);
  };
  const mistakes = failure === undefined ? [] : [mistakeOf(failure, portal)];
  return (
    <Question title={t('title')} mistakes={mistakes} focusOn={failure}>
      <div className={classes.wanted}>
        <SelectField
          id="report-days"
          label={t('days')}
          value={String(wanted.days)}
          options={REPORT_DAYS.map((days) => ({ value: String(days), label: t('days.last', { count: days }) }))}
          onChange={(days) => want({ ...wanted, days: Number(days) })}
        />
      </div>
      {report?.behind && <Notice tone="warning">{t('behind')}</Notice>}
      {report === undefined && failure === undefined && <Skeleton />}
      {report !== undefined && (
        <>
          <SavedCalls helped={report.helpedThemselves} wanted={wanted} onWant={want} />
          <Parts report={report} days={wanted.days} locked={locked} go={go} />
        </>
      )}
      <Actions>
        <ActionButton look="secondary" onPress={() => void load()}>
          {t('again')}
        </ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

interface PartsProps {
  report: Report;
  days: number;
  /** undefined: the directories have not answered yet. */
  locked: LockedReport | undefined;
  go: (to: string) => void;
}

function Parts({ report, days, locked, go }: PartsProps) {
  const { t } = useTranslation('reports');
  const sum = (name: 'begun' | 'done') => report.activity.reduce((all, day) => all + day[name], 0);
  const totals = { begun: sum('begun'), done: sum('done') };
  const step = (name: string) => t(`step.${name}`);
  const told = (count: number | null, more: boolean) => (count === null ? t('not-known') : more ? t('at-least', { count }) : count);
  const about = (table: 'activity' | 'funnel' | 'factors' | 'enrolment' | 'stuck' | 'locked', columns: readonly string[]) => ({
    ...{ table, days, title: t(`${table}.title`), text: t(`${table}.text`, { count: report.enrolled }) },
    columns: columns.map((column) => t(`column.${column}`)),
  });
  return (
    <>
      {locked !== undefined && (
        <ReportPart
          {...about('locked', ['directory', 'locked'])}
          rows={locked.directories.map(({ label, locked: count, more }) => [label, told(count, more)])}
        />
      )}
      <ReportPart
        {...about('stuck', ['who', 'when', 'goal', 'came-to', 'wrong-proofs', 'end'])}
        {...(report.moreStuck ? { text: t('stuck.more') } : {})}
        rows={report.stuck.map(({ account: { directory, id, login }, goal, at, step: reached, wrongProofs, end }) => [
          <QuietLink key={id} onPress={() => go(`/admin?${new URLSearchParams({ page: 'history', directory, account: id })}`)}>
            {login ?? id}
          </QuietLink>,
          formatTime(at),
          t(`goal.${goal}`),
          step(reached),
          wrongProofs,
          t(`end.${end ?? 'open'}`),
        ])}
      />
      <ReportPart
        {...about('activity', ['day', 'begun', 'done'])}
        rows={report.activity.map(({ day, begun, done }) => [formatDay(day), begun, done])}
      >
        <Days days={report.activity} label={t('activity.label', totals)} />
        <p className={classes.quiet}>{t('activity.label', totals)}</p>
      </ReportPart>
      <ReportPart
        {...about('funnel', ['goal', 'came-to', 'count', 'lost'])}
        rows={report.funnel.flatMap(({ goal, steps }) =>
          steps.map(({ step: name, count }, nth) => [t(`goal.${goal}`), step(name), count, lostAt(steps, nth)]),
        )}
      >
        {report.funnel.map(({ goal, steps }) => (
          <div key={goal} className={classes.one}>
            <h3 className={classes.small}>{t(`goal.${goal}`)}</h3>
            <Bars
              bars={steps.map(({ step: name, count }, nth) => ({
                ...{ label: step(name), count },
                ...(nth === 0 ? {} : { note: t('lost', { count: lostAt(steps, nth) }) }),
              }))}
            />
          </div>
        ))}
      </ReportPart>
      <ReportPart
        {...about('factors', ['kind', 'accepted', 'refused'])}
        rows={report.factors.map(({ kind, accepted, refused }) => [t(`kind.${kind}`), accepted, refused])}
      >
        {report.factors.map(({ kind, accepted, refused }) => (
          <div key={kind} className={classes.one}>
            <h3 className={classes.small}>{t(`kind.${kind}`)}</h3>
            <Bars
              bars={[
                { label: t('column.accepted'), count: accepted },
                { label: t('column.refused'), count: refused, tone: 'second' },
              ]}
            />
          </div>
        ))}
      </ReportPart>
      <ReportPart
        {...about('enrolment', ['kind', 'accounts'])}
        rows={report.enrolment.map(({ kind, accounts }) => [t(`kind.${kind}`), accounts])}
      >
        <Bars bars={report.enrolment.map(({ kind, accounts }) => ({ label: t(`kind.${kind}`), count: accounts }))} />
      </ReportPart>
    </>
  );
}

/** How many came to the step before and not to this one. */
function lostAt(steps: Report['funnel'][number]['steps'], nth: number): number {
  return nth === 0 ? 0 : (steps[nth - 1]?.count ?? 0) - (steps[nth]?.count ?? 0);
}

/** The numbers of the log come at once; the directories are asked beside it, and may take their time. */
function useReport(days: number, onOver: () => void) {
  const [report, setReport] = useState<Report>();
  const [locked, setLocked] = useState<LockedReport>();
  const [failure, setFailure] = useState<Failure>();
  const asked = useRef(0);
  const load = useCallback(async () => {
    asked.current += 1;
    const own = asked.current;
    const [told, counted] = [reportsApi.report(days), reportsApi.locked()];
    const outcome = await told;
    // Another one was asked for meanwhile.
    if (own !== asked.current) return;
    if (outcome.ok) setReport(outcome.value);
    else if (isOver(outcome.failure)) return onOver();
    setFailure(outcome.ok ? undefined : outcome.failure);
    const live = await counted;
    if (own === asked.current && live.ok) setLocked(live.value);
  }, [days, onOver]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the page appears, and for another time
  useEffect(() => {
    void load();
    return () => {
      asked.current += 1;
    };
  }, [days]);
  return { report, locked, failure, load };
}
