import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatList } from '../../format.ts';
import { linesOfRule } from '../people-count.tsx';
import classes from './configuration.module.css';
import { DraftCountPart } from './draft-count-part.tsx';
import { BesideContext } from './setting-context.ts';
import { type Json, pathOf } from './setting-schema.ts';
import { type DraftCounted, useDraftCount } from './use-draft-count.ts';

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

/** The form of a section with rules of proof: beside each rule how many people could use it as it stands there, and what all of it does. */
export function RulesCounted({ section, document, base, isChanging, onOver, children }: RulesCountedProps) {
  const counted = useDraftCount(document, base, onOver);
  const rules = pathOf(section, 'rules');
  const beside = (path: string) => {
    const nth = path.startsWith(`${rules}[`) ? /^\d+(?=\]$)/.exec(path.slice(rules.length + 1))?.[0] : undefined;
    return nth === undefined ? null : <PeopleOfRule counted={counted} section={section} nth={Number(nth)} isChanging={isChanging} />;
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
    return value.notCounted.length === 0 ? line : `${line} ${t('draft-count.rule.as-if', { settings: formatList(value.notCounted) })}`;
  };
  const told = tell();
  return told === null ? null : <p className={classes.people}>{told}</p>;
}
