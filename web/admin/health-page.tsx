import { useTranslation } from 'react-i18next';
import type { Health } from '../../shared/api/health.ts';
import { formatTime } from '../format.ts';
import { useLoaded } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';

type Finding = Health['findings'][number];

/** What the doctor finds on the node that answers: first what has failed, then what is to be looked at. Its words are English. */
export function HealthPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(adminApi.health, onOver);
  const findings = value?.findings ?? [];
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const troubles = [...findings.filter(({ level }) => level === 'fail'), ...findings.filter(({ level }) => level === 'warn')];
  const others = findings.filter(({ level }) => level === 'ok' || level === 'note');
  return (
    <Question title={t('health.title')} mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure ?? 'health'}>
      <Prose>
        <p>{t('health.text')}</p>
        {value !== undefined && (
          <p>{t('health.sum', { fail: count('fail'), warn: count('warn'), ok: count('ok'), time: formatTime(value.at) })}</p>
        )}
      </Prose>
      {value === undefined && failure === undefined && <Skeleton />}
      <ul className={classes.list}>
        {troubles.map((finding) => (
          <li key={`${finding.area} ${finding.text}`} className={classes.item}>
            <h2 className={classes.ruleName}>
              {t(`health.level.${finding.level}`)}: <span lang="en">{finding.area}</span>
            </h2>
            <p lang="en">
              <Told text={finding.text} />
            </p>
            {finding.fix !== null && (
              <p>
                {t('health.fix')}{' '}
                <span lang="en">
                  <Told text={finding.fix} />
                </span>
              </p>
            )}
            {finding.lines.length > 0 && (
              <pre className={classes.document} lang="en">
                {finding.lines.join('\n')}
              </pre>
            )}
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <details>
          <summary>{t('health.others')}</summary>
          <ul lang="en">
            {others.map(({ area, text }) => (
              <li key={`${area} ${text}`}>
                {area}: <Told text={text} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <Actions>
        <ActionButton onPress={() => void load()}>{t('health.reload')}</ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

/** A setting by its place in the document: `protected.groups[0]`. */
const SETTING = /([a-z]\w*(?:\.\w+|\[\d+\])*\[\d+\](?:\.\w+|\[\d+\])*)/;

/** What the doctor says: settings stand as they are written in the document. */
function Told({ text }: { text: string }) {
  // Of what is split by a group each second part is what the group has found.
  return text.split(SETTING).map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part));
}
