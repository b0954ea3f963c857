import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuestionUses } from '../../../shared/api/question-use.ts';
import { formatTime } from '../../format.ts';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import classes from '../admin.module.css';
import { adminApi } from '../admin-api.ts';
import type { Json } from '../configuration/setting-schema.ts';
import type { Draft } from '../configuration-page.tsx';
import { LANGUAGES, type Pool, poolsOf, withPool } from './pools.ts';
import { QuestionRow } from './question-row.tsx';

/** How often the page looks how far a count is; milliseconds. */
const LOOK_EVERY = 1000;

interface QuestionsProps {
  draft: Draft | undefined;
  setDraft: (draft: Draft) => void;
  go: (to: string) => void;
  onBack: () => void;
  onOver: () => void;
}

/** The questions of which people choose, with who has set each up. What is changed here is saved with what is changed elsewhere. */
export function QuestionsPage({ draft, setDraft, go, onBack, onOver }: QuestionsProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const shown = useLoaded(adminApi.configuration, onOver);
  const used = useLoaded(adminApi.questionUse, onOver);
  const failure = shown.failure ?? used.failure;
  const inForce = shown.value?.document as Json | undefined;
  const document = draft?.document ?? inForce;
  const readOnly = shown.value?.readOnly ?? true;
  const { value: use, load } = used;
  useEffect(() => {
    if (use === undefined || use.looked === null) return;
    const timer = setTimeout(() => void load(), LOOK_EVERY);
    return () => clearTimeout(timer);
  }, [use, load]);
  const isCounted = use !== undefined && use.at !== null;
  const countAnew = async () => {
    await adminApi.countQuestionUse();
    await load();
  };
  const change = (pool: Pool, questions: Pool['questions']) => {
    if (document === undefined || shown.value === undefined) return;
    setDraft({ base: draft?.base ?? shown.value.version, document: withPool(document, pool.directory, questions) });
  };
  return (
    <Question
      title={t('questions.title')}
      mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]}
      focusOn={failure ?? 'questions'}
    >
      <Prose>
        <p>{t('questions.text')}</p>
        {isCounted && (
          <p>
            {t('questions.people', { count: use.people })} {t('count.at', { time: formatTime(use.at ?? '') })}
          </p>
        )}
        <p role="status">{use !== undefined && use.looked !== null && t('questions.counting', { count: use.looked })}</p>
        {shown.value?.readOnly === true && <p>{t('configuration.read-only')}</p>}
      </Prose>
      {document === undefined && failure === undefined && <Skeleton />}
      {document !== undefined &&
        inForce !== undefined &&
        poolsOf(document).map((pool) => (
          <PoolPart
            key={pool.directory ?? ''}
            pool={pool}
            known={
              new Set(
                poolsOf(inForce)
                  .find(({ directory }) => directory === pool.directory)
                  ?.questions.map(({ id }) => id),
              )
            }
            uses={isCounted ? use.uses : undefined}
            readOnly={readOnly}
            onChange={(questions) => change(pool, questions)}
          />
        ))}
      <Actions>
        {draft !== undefined && (
          <ActionButton onPress={() => go('/admin?page=configuration&view=review')}>{t('configuration.review')}</ActionButton>
        )}
        {isCounted && use.looked === null && (
          <ActionButton look="secondary" onPress={() => void countAnew()}>
            {t('count.again')}
          </ActionButton>
        )}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

interface PoolPartProps {
  pool: Pool;
  /** Ids that the version in force has here. */
  known: ReadonlySet<string>;
  uses: QuestionUses['uses'] | undefined;
  readOnly: boolean;
  onChange: (questions: Pool['questions']) => void;
}

function PoolPart({ pool, known, uses, readOnly, onChange }: PoolPartProps) {
  const { t } = useTranslation('admin');
  // Rows keep what was typed into them when one above them goes. One that people may refer to keeps its id.
  const [rows, setRows] = useState(() => pool.questions.map(({ id }, key) => ({ key, isKnown: known.has(id) })));
  const { directory, label, questions } = pool;
  const inLanguage = LANGUAGES.map((language) => ({
    language,
    count: questions.filter(({ texts, retired }) => !retired && texts[language] !== undefined).length,
  }));
  const countOf = (id: string) => {
    if (uses === undefined) return undefined;
    const own = uses.filter((use) => use.question === id && (directory === null || use.directory === directory));
    return {
      people: own.reduce((sum, { people }) => sum + people, 0),
      asWordedBefore: own.reduce((sum, { asWordedBefore }) => sum + asWordedBefore, 0),
    };
  };
  const add = () => {
    setRows([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, isKnown: false }]);
    onChange([...questions, { id: '', texts: {}, retired: false }]);
  };
  const remove = (index: number) => {
    setRows(rows.filter((_, other) => other !== index));
    onChange(questions.filter((_, other) => other !== index));
  };
  const name = `pool-${directory ?? 'all'}`;
  return (
    <section aria-labelledby={name} className={classes.part}>
      <h2 id={name} className={classes.heading}>
        {directory === null ? t('questions.everybody') : t('questions.of', { directory: label })}
      </h2>
      <p className={classes.quiet}>{inLanguage.map(({ language, count }) => t(`questions.count.${language}`, { count })).join(', ')}</p>
      <ul className={classes.list}>
        {questions.map((question, index) => (
          <li key={rows[index]?.key ?? index} className={classes.item}>
            <QuestionRow
              name={`${name}-${rows[index]?.key ?? index}`}
              question={question}
              isKnown={rows[index]?.isKnown ?? false}
              use={countOf(question.id)}
              readOnly={readOnly}
              onChange={(next) => onChange(questions.map((each, other) => (other === index ? next : each)))}
              onRemove={() => remove(index)}
            />
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Actions>
          <ActionButton look="secondary" onPress={add}>
            {directory === null ? t('questions.add') : t('questions.add.of', { directory: label })}
          </ActionButton>
        </Actions>
      )}
    </section>
  );
}
