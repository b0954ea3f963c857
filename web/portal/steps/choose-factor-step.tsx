import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import { formatList } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ChoiceCards } from '../../ui/choice-cards.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { Actions, NextLine } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

const ICONS: Partial<Record<FactorKind, IconName>> = {
  email: 'mail',
  sms: 'phone',
  totp: 'phone',
  manager: 'person',
  'linked-account': 'person',
};

/** "How do you want to prove it is you?" */
export function ChooseFactorStep(props: StepProps<'choose-factor'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  // A single way needs no thought: it is chosen already, and still said.
  const [option, setOption] = useState<string | undefined>(step.options.length === 1 ? step.options[0]?.id : undefined);
  const [missing, setMissing] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, 'option', missing);
  const title = t(step.done.length === 0 ? 'choose-factor.title' : 'choose-factor.title.next');

  const submit = () => {
    if (option === undefined) return setMissing({ text: t('choose-factor.missing'), field: 'option' });
    setMissing(undefined);
    void answer({ option });
  };
  const hintOf = (kind: FactorKind, hint: string | undefined) => {
    if (hint === undefined) return t(`factor.${kind}.hint`);
    return kind === 'email' || kind === 'sms' ? t(`factor.${kind}.hint.to`, { to: hint }) : hint;
  };

  return (
    <Question title={title} progress={t('progress.proof')} message={message} mistakes={mistakes} focusOn={focusOn} onSubmit={submit}>
      {step.done.length > 0 && (
        <NextLine>{t('choose-factor.done', { factors: formatList(step.done.map((kind) => t(`factor.${kind}`))) })}</NextLine>
      )}
      <ChoiceCards
        id="option"
        question={title}
        choices={step.options.map(({ id, kind, label, hint }) => ({
          value: id,
          label: label ?? t(`factor.${kind}`),
          hint: hintOf(kind, hint),
          icon: ICONS[kind] ?? 'key',
        }))}
        selected={option === undefined ? [] : [option]}
        onSelect={([chosen]) => setOption(chosen)}
        error={fieldError}
      />
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
      </Actions>
      <NextLine>{t('choose-factor.next')}</NextLine>
    </Question>
  );
}
