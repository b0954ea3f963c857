import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Prose } from '../ui/layout.tsx';
import { TextField } from '../ui/text-field.tsx';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

const ADMINISTRATORS = 'set-up-administrators';

/** Which groups run this, and help. */
export function RolesStep(props: StepProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const step = useStep(props);
  const [administrators, setAdministrators] = useState(setUp.answers.roles?.administrators ?? '');
  const [helpdesk, setHelpdesk] = useState(setUp.answers.roles?.helpdesk ?? '');
  const submit = async () => {
    if (administrators.trim() === '') return step.setMistakes([{ text: t('roles.missing'), field: ADMINISTRATORS }]);
    const roles = { administrators: administrators.trim(), helpdesk: helpdesk.trim() };
    if ((await step.save({ roles })) !== undefined) onNext();
  };
  return (
    <StepForm title={t('roles.title')} progress={progress} step={step} submit={t('next')} onSubmit={() => void submit()} onBack={onBack}>
      <Prose>
        <p>{t('roles.text')}</p>
      </Prose>
      <TextField
        id={ADMINISTRATORS}
        label={t('roles.administrators')}
        hint={t('roles.administrators.hint')}
        error={errorOf(step.mistakes, ADMINISTRATORS)}
        value={administrators}
        onChange={setAdministrators}
        autoComplete="off"
      />
      <TextField
        id="set-up-helpdesk"
        label={t('roles.helpdesk')}
        hint={t('roles.helpdesk.hint')}
        value={helpdesk}
        onChange={setHelpdesk}
        autoComplete="off"
      />
    </StepForm>
  );
}
