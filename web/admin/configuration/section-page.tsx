import { useTranslation } from 'react-i18next';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Covered } from '../../ui/covered.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import type { Draft } from '../configuration-page.tsx';
import { BrandingPreview } from './branding-preview.tsx';
import classes from './configuration.module.css';
import { GroupParts } from './group-setting.tsx';
import { MailPreviews } from './mail-preview.tsx';
import { hasRules, RulesCounted, ruleAt } from './rules-counted.tsx';
import { Setting } from './setting.tsx';
import { ProblemsContext } from './setting-context.ts';
import { SettingPurpose } from './setting-hint.tsx';
import { formOf, type Json, type SettingSchema, wordsOf } from './setting-schema.ts';
import { TextPreviews } from './text-preview.tsx';
import { TextTests } from './text-tests.tsx';
import { useTests } from './use-tests.ts';

interface SectionProps {
  name: string;
  schema: SettingSchema;
  value: Json | undefined;
  /** The same in the version that counts. */
  inForce: Json | undefined;
  /** All that is being changed, with this part; undefined: nothing is. */
  draft: Draft | undefined;
  /** The draft, or what is in force. */
  whole: Draft;
  required: boolean;
  readOnly: boolean;
  problems: readonly ShownProblem[];
  onChange: (value: Json | undefined) => void;
  contact: string;
  onReview: () => void;
  onBack: () => void;
  onOver: () => void;
}

/** The settings of one part. What is changed here is kept in this page, and saved with what is changed elsewhere. */
export function SectionPage(props: SectionProps) {
  const { name, schema, value, inForce, draft, whole, required, readOnly, problems, contact, onChange, onReview, onBack, onOver } = props;
  const { t } = useTranslation('admin');
  const { tests, page, said } = useTests({ contact, onOver });
  const setting = { label: wordsOf(name), schema, value, path: name, required, onChange };
  // Those of a rule are told beside it, as it stands there now.
  const atFields = hasRules(name) ? problems.filter(({ path }) => ruleAt(name, path) === undefined) : problems;
  const form = (
    <Question
      title={wordsOf(name)}
      message={said !== undefined && 'text' in said ? said.text : undefined}
      mistakes={said !== undefined && 'mistake' in said ? [said.mistake] : []}
      focusOn={said ?? name}
      onSubmit={onReview}
    >
      <ProblemsContext value={atFields}>
        {/* Whoever may change nothing here can still read every text. */}
        <fieldset className={classes.form} disabled={readOnly}>
          <legend className={classes.onlyRead}>{wordsOf(name)}</legend>
          {formOf(schema) === 'group' && (required || schema.default !== undefined) ? (
            <>
              <Prose>
                <p>
                  <SettingPurpose schema={schema} />
                </p>
              </Prose>
              <GroupParts {...setting} Part={Setting} />
            </>
          ) : (
            <Setting {...setting} />
          )}
        </fieldset>
      </ProblemsContext>
      {name === 'branding' && <BrandingPreview value={value} />}
      {name === 'notices' && <MailPreviews value={value} tests={tests} onOver={onOver} />}
      {name === 'notices' && <TextPreviews value={value} />}
      <Actions>
        {!readOnly && <ActionButton type="submit">{t('configuration.review')}</ActionButton>}
        <ActionButton look="quiet" onPress={onBack}>
          {t('configuration.sections')}
        </ActionButton>
      </Actions>
    </Question>
  );
  return (
    <>
      {page}
      <Covered when={page !== undefined}>
        {hasRules(name) ? (
          <RulesCounted section={name} document={whole.document} base={whole.base} isChanging={draft !== undefined} onOver={onOver}>
            {form}
          </RulesCounted>
        ) : (
          form
        )}
        {name === 'sms' && <TextTests inForce={inForce} value={value} draft={draft} tests={tests} onOver={onOver} />}
      </Covered>
    </>
  );
}
