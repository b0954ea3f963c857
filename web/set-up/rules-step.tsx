import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RULE_TEMPLATES, type RuleTemplate } from '../../shared/rule-templates.ts';
import { ChoiceCards } from '../ui/choice-cards.tsx';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

const TEMPLATE = 'set-up-template';

/** Rules of proof to begin with, each with what it costs and withstands. */
export function RulesStep(props: StepProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const step = useStep(props);
  const [template, setTemplate] = useState<string | undefined>(setUp.answers.template);
  const submit = async () => {
    if (template === undefined) return step.setMistakes([{ text: t('template.missing'), field: TEMPLATE }]);
    if ((await step.save({ template: template as RuleTemplate })) !== undefined) onNext();
  };
  return (
    <StepForm title={t('template.title')} progress={progress} step={step} submit={t('next')} onSubmit={() => void submit()} onBack={onBack}>
      <ChoiceCards
        id={TEMPLATE}
        question={t('template.question')}
        choices={RULE_TEMPLATES.map((value) => ({ value, label: t(`template.${value}`), hint: t(`template.${value}.hint`) }))}
        selected={template === undefined ? [] : [template]}
        onSelect={([value]) => setTemplate(value)}
        error={errorOf(step.mistakes, TEMPLATE)}
      />
    </StepForm>
  );
}
