import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import type { StepProps } from './step-props.ts';

/** It cannot be done here; says who can help. */
export function RefusedStep({ step, onLeave }: StepProps<'refused'>) {
  const { t } = useTranslation();
  return (
    <Question title={t('refused.title')} icon="alert" tone="warning" focusOn={step.id}>
      <Prose>
        <p>{step.message}</p>
        <h2>{t('refused.contact')}</h2>
        <p>{step.contact}</p>
      </Prose>
      <Actions>
        <ActionButton look="secondary" onPress={onLeave}>
          {t('action.start-again')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
