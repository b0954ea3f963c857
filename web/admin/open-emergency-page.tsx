import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mistakeOf } from '../portal/mistake-of.ts';
import { FormActions } from '../ui/form-actions.tsx';
import { Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { adminApi } from './admin-api.ts';

interface OpenEmergencyProps {
  secret: string;
  onOpened: () => void;
  onLeave: () => void;
}

/** The link from the console. Nothing is spent before the button is pressed. */
export function OpenEmergencyPage({ secret, onOpened, onLeave }: OpenEmergencyProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const outcome = await adminApi.openEmergency(secret);
    setBusy(false);
    if (outcome.ok) return onOpened();
    setMistake(mistakeOf(outcome.failure, portal));
  };
  return (
    <Question
      title={t('open.title')}
      icon="key"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('open.text')}</p>
        <p>{t('open.next')}</p>
      </Prose>
      <FormActions submit={t('open.button')} busy={busy} onBack={onLeave} />
    </Question>
  );
}
