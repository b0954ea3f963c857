import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { linesOfRule } from '../people-count.tsx';
import classes from './configuration.module.css';
import { DraftCountPart, settingsInWords } from './draft-count-part.tsx';
import { ProblemList } from './problem-list.tsx';
import { BesideContext } from './setting-context.ts';
import { pathOf } from './setting-path.ts';
import type { Json } from './setting-schema.ts';
import { type DraftCounted, useDraftCount } from './use-draft-count.ts';
import { type DraftProblems, useDraftProblems } from './use-draft-problems.ts';

/** Sections that have rules of proof. */
const SECTIONS = ['recovery', 'signIn'] as const;
type Section = (typeof SECTIONS)[number];

export function hasRules(section: string): section is Section {
  return SECTIONS.some((each) => each === section);
}

interface RulesCountedProps {
  section: Section;
  document: Json;
  base: number;
  isChanging: boolean;
  onOver: () => void;
  children: ReactNode;
}

/** The rule that a path of a section is about, or about a part of which it is; undefined: none. */
export function ruleAt(section: string, path: string): string | undefined {
  const rules = `${pathOf(section, 'rules')}[`;
  return path.startsWith(rules) ? /^[^\]]*\]/.exec(path)?.[0] : undefined;
}

/**
 * The form of a section with rules of proof: beside each rule how many people could use it as it stands there and what is wrong or weak
 * about it, and what all of it does.
 */
export function RulesCounted({ section, document, base, isChanging, onOver, children }: RulesCountedProps) {
  const counted = useDraftCount(document, base, onOver);
  const problems = useDraftProblems(document, base, onOver);
  const beside = (path: string) => {
    if (ruleAt(section, path) !== path) return null;
    const nth = Number(/\d+(?=\]$)/.exec(path)?.[0]);
    return (
      <>
        <PeopleOfRule counted={counted} section={section} nth={nth} isChanging={isChanging} />
        <ProblemsOfRule problems={problems} document={document} section={section} path={path} />
      </>
    );
  };
  return (
    <>
      <BesideContext value={beside}>{children}</BesideContext>
      <DraftCountPart counted={counted} isChanging={isChanging} withRules={false} />
    </>
  );
}

interface PeopleOfRuleProps {
  counted: DraftCounted;
  section: Section;
  nth: number;
  isChanging: boolean;
}

function PeopleOfRule({ counted: { value, isAsking }, section, nth, isChanging }: PeopleOfRuleProps) {
  const { t } = useTranslation('admin');
  const tell = (): string | null => {
    if (isAsking) return t('draft-count.counting');
    const numbers = value?.numbers ?? null;
    if (value === undefined || numbers === null) return t('draft-count.rule.unknown');
    const rule = numbers.after[section][nth];
    // Nobody signs in by any rule while that is off.
    if (rule === undefined) return null;
    const line = linesOfRule(rule, t, isChanging ? 'draft-count.rule' : 'count.rule');
    return value.notCounted.length === 0 ? line : `${line} ${t('draft-count.rule.as-if', { settings: settingsInWords(value.notCounted) })}`;
  };
  const told = tell();
  return told === null ? null : <p className={classes.people}>{told}</p>;
}

interface ProblemsOfRuleProps {
  problems: DraftProblems;
  document: Json;
  section: Section;
  path: string;
}

function ProblemsOfRule({ problems, document, section, path }: ProblemsOfRuleProps) {
  const { t } = useTranslation('admin');
  if (problems === 'checking' || problems === 'unknown') return <p className={classes.hint}>{t(`draft-problems.${problems}`)}</p>;
  const found = problems.filter((problem) => ruleAt(section, problem.path) === path);
  return found.length === 0 ? null : <ProblemList problems={found} document={document} onMend={(at) => focusOn(at, path)} />;
}

/** The setting that is to be mended; the whole rule where that has no field of its own. */
function focusOn(path: string, rule: string): void {
  (document.getElementById(path) ?? document.getElementById(rule))?.focus();
}
