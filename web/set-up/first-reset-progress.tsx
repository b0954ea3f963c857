import { useTranslation } from 'react-i18next';
import type { ShownFirstReset } from '../../shared/api/first-reset.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Announcement } from '../ui/layout.tsx';
import classes from './set-up.module.css';

type Tone = 'good' | 'waiting' | 'warning' | 'danger';
const ICONS: Record<Tone, IconName> = { good: 'check', waiting: 'circle', warning: 'alert', danger: 'cross' };

interface Line {
  readonly id: string;
  readonly tone: Tone;
  readonly text: string;
  readonly more?: string | null;
}

/** Each thing that has to work, and whether it did, in the order in which it happens. */
export function FirstResetProgress({ shown }: { shown: ShownFirstReset }) {
  const { t, i18n } = useTranslation('set-up');
  const { person, progress } = shown;
  if (person === null) return null;
  const { isOpened, written, problem, notice, event } = progress;
  const WRITTEN: Record<typeof written, Tone> = {
    ...{ waiting: 'waiting', 'under-way': 'waiting', 'asked-again': 'warning' },
    ...{ done: 'good', failed: 'danger', unknown: 'warning' },
  };
  const why = (code: string) =>
    i18n.exists(`reset.why.${code}`, { ns: 'set-up' }) ? t(`reset.why.${code}`) : t('reset.why.other', { code });
  const noticeTone: Tone =
    notice === 'taken' ? 'good' : notice === 'failed' ? 'danger' : notice === 'nobody' || notice === 'not-known' ? 'warning' : 'waiting';
  const lines: Line[] = [
    { id: 'found', tone: 'good', text: t('reset.line.found', { name: person.name, login: person.login }) },
    { id: 'opened', tone: isOpened ? 'good' : 'waiting', text: t(isOpened ? 'reset.line.opened' : 'reset.line.opened.waiting') },
    {
      id: 'written',
      tone: WRITTEN[written],
      text: t(`reset.line.written.${written}`),
      more: problem === null ? null : why(problem.code),
    },
    { id: 'notice', tone: noticeTone, text: t(`reset.line.notice.${notice ?? 'later'}`) },
    {
      id: 'event',
      tone: event === null ? 'waiting' : 'good',
      text: event === null ? t('reset.line.event.waiting') : t('reset.line.event', { event }),
    },
  ];
  const last = lines.findLast(({ tone }) => tone !== 'waiting');
  return (
    <section className={classes.part}>
      <h2>{t('reset.progress')}</h2>
      <ol className={classes.list}>
        {lines.map(({ id, tone, text, more }) => (
          <li key={id} className={classes.seen} data-tone={tone}>
            <Icon name={ICONS[tone]} />
            <div>
              {text}
              {more != null && <div>{more}</div>}
              {id === 'written' && problem?.detail != null && (
                <div className={classes.quiet} lang="en">
                  {problem.detail}
                </div>
              )}
            </div>
          </li>
        ))}
      </ol>
      <Announcement>{last?.text ?? ''}</Announcement>
    </section>
  );
}
