import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

const NAME = 'set-up-name';
const ADDRESS = 'set-up-url';

/** Who runs this installation, and where people find it. */
export function OrganisationStep(props: StepProps) {
  const { t, i18n } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const known = setUp.answers.organisation;
  const step = useStep(props);
  const [name, setName] = useState(known?.name ?? '');
  const [publicUrl, setPublicUrl] = useState(known?.publicUrl ?? window.location.origin);
  const [language, setLanguage] = useState<string>(known?.language ?? i18n.language);
  const submit = async () => {
    const missing = name.trim() === '' ? NAME : publicUrl.trim() === '' ? ADDRESS : undefined;
    if (missing !== undefined) return step.setMistakes([{ text: t('organisation.missing'), field: missing }]);
    const organisation = {
      name: name.trim(),
      publicUrl: publicUrl.trim(),
      language: language === 'de' ? ('de' as const) : ('en' as const),
    };
    if ((await step.save({ organisation })) !== undefined) onNext();
  };
  return (
    <StepForm
      title={t('organisation.title')}
      progress={progress}
      step={step}
      submit={t('next')}
      onSubmit={() => void submit()}
      onBack={onBack}
    >
      <TextField
        id={NAME}
        label={t('organisation.name')}
        hint={t('organisation.name.hint')}
        error={errorOf(step.mistakes, NAME)}
        value={name}
        onChange={setName}
        autoComplete="organization"
      />
      <TextField
        id={ADDRESS}
        label={t('organisation.url')}
        hint={t('organisation.url.hint')}
        error={errorOf(step.mistakes, ADDRESS)}
        value={publicUrl}
        onChange={setPublicUrl}
        autoComplete="off"
      />
      <SelectField
        id="set-up-language"
        label={t('organisation.language')}
        value={language === 'de' ? 'de' : 'en'}
        options={[
          { value: 'en', label: 'English', lang: 'en' },
          { value: 'de', label: 'Deutsch', lang: 'de' },
        ]}
        onChange={setLanguage}
      />
    </StepForm>
  );
}
