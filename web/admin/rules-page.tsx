import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckedConfiguration, ShownConfiguration } from '../../shared/api/configuration.ts';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { Failure } from '../api.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';
import { ProblemList } from './configuration/problem-list.tsx';
import { ruleAt } from './configuration/rules-counted.tsx';
import type { Json } from './configuration/setting-schema.ts';
import { useOptionWords } from './configuration/use-option-words.ts';
import { CountOfRule, CountPanel, usePeopleCount } from './people-count.tsx';
import { useKinds } from './use-kinds.ts';

/** What this page reads of a rule; the server has judged that it is one. */
interface Rule {
  name: string;
  when: Record<string, string[] | undefined>;
  accepted: FactorKind[][];
  choice?: { enforced: FactorKind[]; anyOf: FactorKind[]; count: number };
}
interface Judged {
  shown: ShownConfiguration;
  problems: CheckedConfiguration['problems'];
}

const SECTIONS = ['recovery', 'signIn'] as const;

interface RulesProps {
  /** Changes are being made that are not saved. */
  isChanging: boolean;
  go: (to: string) => void;
  onBack: () => void;
  onOver: () => void;
}

/** The rules of proof in force, as a person reads them, and what is weak about each. */
export function RulesPage({ isChanging, go, onBack, onOver }: RulesProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [judged, setJudged] = useState<Judged>();
  const [failure, setFailure] = useState<Failure>();
  const load = useCallback(async () => {
    const shown = await adminApi.configuration();
    const checked = shown.ok ? await adminApi.check(shown.value.document as Json, shown.value.version) : shown;
    if (shown.ok && checked.ok) return setJudged({ shown: shown.value, problems: checked.value.problems });
    const trouble = shown.ok ? checked : shown;
    if (trouble.ok) return;
    if (isOver(trouble.failure)) onOver();
    else setFailure(trouble.failure);
  }, [onOver]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page appears
  useEffect(() => {
    void load();
  }, []);
  const count = usePeopleCount(onOver);
  const inEffect = judged?.shown.inEffect as Record<(typeof SECTIONS)[number], { rules: Rule[] }> | null | undefined;
  return (
    <Question title={t('rules.title')} mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure ?? 'rules'}>
      <Prose>
        <p>{t('rules.text')}</p>
      </Prose>
      {isChanging && <Notice>{t('rules.draft')}</Notice>}
      {judged === undefined && failure === undefined && <Skeleton />}
      {judged !== undefined && <CountPanel {...count} />}
      {judged !== undefined &&
        inEffect != null &&
        SECTIONS.map((section) => (
          <section key={section}>
            <h2 className={classes.heading}>{t(`rules.${section}`)}</h2>
            <ol className={classes.list}>
              {inEffect[section].rules.map((rule, index) => {
                const path = `${section}.rules[${index}]`;
                const found = judged.problems.filter((problem) => ruleAt(section, problem.path) === path);
                return (
                  <li key={rule.name} className={classes.item}>
                    <RuleRow rule={rule} />
                    <CountOfRule count={count.value} section={section} name={rule.name} />
                    {found.length > 0 && (
                      <ProblemList
                        problems={found}
                        document={judged.shown.inEffect as Json}
                        onMend={() => go(`/admin?page=configuration&section=${section}`)}
                      />
                    )}
                  </li>
                );
              })}
            </ol>
          </section>
        ))}
      <Actions>
        {isChanging && (
          <ActionButton look="secondary" onPress={() => go('/admin?page=configuration&view=review')}>
            {t('configuration.review')}
          </ActionButton>
        )}
        <ActionButton onPress={() => go('/admin?page=try')}>{t('try.title')}</ActionButton>
        <ActionButton look="secondary" onPress={() => go('/admin?page=configuration&section=recovery')}>
          {t('rules.change')}
        </ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

/** One rule: its name, whom it is for, and what it accepts. */
function RuleRow({ rule }: { rule: Rule }) {
  const { t } = useTranslation('admin');
  const kinds = useKinds();
  const inWords = useOptionWords();
  const conditions = Object.entries(rule.when).filter(([, values]) => values !== undefined);
  // Names of groups, places and the like stay as they are.
  const valuesOf = (condition: string, values: readonly string[]) =>
    (condition === 'clients' || condition === 'goals' ? values.map((each) => inWords(each).words) : values).join(', ');
  const { choice } = rule;
  return (
    <>
      <h3 className={classes.ruleName}>{rule.name}</h3>
      <p className={classes.quiet}>
        {conditions.length === 0
          ? t('rules.everybody')
          : conditions
              .map(([name, values = []]) => t(`rules.when.${name}` as 'rules.when.groups', { values: valuesOf(name, values) }))
              .join('; ')}
      </p>
      {rule.accepted.length === 0 && choice === undefined && <p>{t('rules.bars')}</p>}
      <ul>
        {rule.accepted.map((combination) => (
          <li key={combination.join('+')}>{kinds(combination)}</li>
        ))}
        {choice !== undefined && (
          <li>
            {t('rules.choice', { count: choice.count, anyOf: kinds(choice.anyOf, ', ') })}
            {choice.enforced.length > 0 && ` ${t('rules.choice.enforced', { kinds: kinds(choice.enforced) })}`}
          </li>
        )}
      </ul>
    </>
  );
}
