import { useTranslation } from 'react-i18next';
import type { DraftCount, RuleNumbers } from '../../../shared/api/people-count.ts';
import { formatList, formatTime } from '../../format.ts';
import { useAuthor } from '../../me/use-author.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { keepFile } from '../../ui/keep-file.ts';
import { Actions } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import classes from '../admin.module.css';
import { linesOfRule } from '../people-count.tsx';
import { pathInWords } from './setting-path.ts';
import type { DraftCounted } from './use-draft-count.ts';

type Numbers = NonNullable<DraftCount['numbers']>;
type Person = Numbers['first'][number];

interface DraftCountProps {
  counted: DraftCounted;
  /** Something differs from what is in force: then it is told what that does. */
  isChanging: boolean;
  /** The rules are told with their people here, and not beside each. */
  withRules: boolean;
}

/** Settings as their forms call them. */
export function settingsInWords(paths: readonly string[]): string {
  return formatList(paths.map((path) => pathInWords(path, undefined)));
}

/** Whom a change lets recover and sign in who could not, whom it keeps from it, and of whom something weak is accepted. */
export function DraftCountPart({ counted: count, isChanging, withRules }: DraftCountProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const named = useAuthor();
  const { value, isAsking, failure, running, begin, cancel, takeList } = count;
  const { counted = null, notLookedUp = null, notCounted = [], numbers = null } = value ?? {};
  const take = async () => {
    const list = await takeList();
    if (list !== undefined) keepFile('people-moved.csv', list, 'text/csv');
  };
  const missing = notLookedUp === null ? [] : [...notLookedUp.groups, ...notLookedUp.places];
  const isAnybodyMoved = isChanging && numbers !== null && numbers.first.length > 0;
  return (
    <section className={classes.part} aria-labelledby="draft-count">
      <h2 className={classes.heading} id="draft-count">
        {t(isChanging ? 'draft-count.title' : 'count.title')}
      </h2>
      {failure !== undefined && <Notice tone="warning">{mistakeOf(failure, portal).text}</Notice>}
      {isAsking && <ProgressBar label={t('draft-count.counting')} text={t('draft-count.counting')} />}
      {value !== undefined && counted === null && <p>{t('draft-count.none')}</p>}
      {missing.length > 0 && <Notice tone="warning">{t('draft-count.not-looked-up', { names: formatList(missing) })}</Notice>}
      {notLookedUp?.managers === true && <Notice tone="warning">{t('draft-count.managers')}</Notice>}
      {numbers !== null && notCounted.length > 0 && (
        <Notice tone="warning">{t('draft-count.not-counted', { settings: settingsInWords(notCounted) })}</Notice>
      )}
      {numbers !== null && isChanging && <MovedNumbers numbers={numbers} byRulesAlone={notCounted.length > 0} />}
      {numbers !== null && !isChanging && <p>{t('count.is', { stranded: numbers.after.stranded, looked: numbers.after.looked })}</p>}
      {numbers !== null && withRules && (
        <div className={classes.item}>
          <RuleLines title={t('rules.recovery')} rules={numbers.after.recovery} />
          <RuleLines title={t('rules.signIn')} rules={numbers.after.signIn} />
        </div>
      )}
      {counted !== null && <p className={classes.quiet}>{t('draft-count.at', { time: formatTime(counted.at), looked: counted.looked })}</p>}
      <div role="status">
        {running !== undefined && <p>{t('count.running', { author: named(running.author), looked: running.looked })}</p>}
      </div>
      {running !== undefined && counted !== null && counted.looked > 0 && (
        <ProgressBar
          label={t('count.progress')}
          percent={Math.min(99, Math.floor((100 * running.looked) / counted.looked))}
          text={t('count.of', { looked: running.looked, total: counted.looked })}
        />
      )}
      <Actions>
        {isAnybodyMoved && (
          <ActionButton look="secondary" onPress={() => void take()}>
            {t('draft-count.list')}
          </ActionButton>
        )}
        <ActionButton look="secondary" onPress={running === undefined ? begin : cancel}>
          {t(running !== undefined ? 'count.cancel' : counted === null ? 'count.begin' : 'count.again')}
        </ActionButton>
      </Actions>
    </section>
  );
}

interface MovedProps {
  numbers: Numbers;
  /** Other settings that people rest on change as well. */
  byRulesAlone: boolean;
}

function MovedNumbers({ numbers: { before, after, moved, first }, byRulesAlone }: MovedProps) {
  const { t } = useTranslation('admin');
  const sums = (['recovery', 'signIn'] as const).flatMap((can) =>
    (['lost', 'gained', 'weakened'] as const).map((what) => ({ can, what, count: moved[can][what] })),
  );
  const told = sums.filter(({ count }) => count > 0);
  return (
    <div className={classes.item}>
      {told.length === 0 && <p>{t(byRulesAlone ? 'draft-count.nobody.by-rules' : 'draft-count.nobody')}</p>}
      {told.map(({ can, what, count }) => {
        const text = t(`draft-count.${can}.${what}` as 'draft-count.recovery.lost', { count });
        return what === 'gained' ? (
          <p key={can + what}>{text}</p>
        ) : (
          <Notice key={can + what} tone="warning">
            {text}
          </Notice>
        );
      })}
      {first.length > 0 && (
        <ul>
          {first.map((person) => (
            <li key={`${person.can} ${person.directory} ${person.login}`}>
              <MovedName person={person} />
            </li>
          ))}
        </ul>
      )}
      <p>{t('draft-count.stranded', { before: before.stranded, after: after.stranded, looked: after.looked })}</p>
    </div>
  );
}

/** Who it is, what they can do or cannot, and why not. */
function MovedName({ person: { name, login, directory, can, change, reason } }: { person: Person }) {
  const { t } = useTranslation('admin');
  const what = t(`draft-count.${can}.${change}.one` as 'draft-count.recovery.lost.one');
  return (
    <>
      {t('draft-count.person', { name, login, directory, what })}
      {change === 'lost' && reason !== null && ` (${t(`draft-count.reason.${reason}` as 'draft-count.reason.not-enrolled')})`}
    </>
  );
}

function RuleLines({ title, rules }: { title: string; rules: RuleNumbers['recovery'] }) {
  const { t } = useTranslation('admin');
  if (rules.length === 0) return null;
  return (
    <>
      <h3 className={classes.ruleName}>{title}</h3>
      <ul>
        {rules.map((rule) => (
          <li key={rule.name}>
            {rule.name}: {linesOfRule(rule, t, 'draft-count.rule')}
          </li>
        ))}
      </ul>
    </>
  );
}
