import { useTranslation } from 'react-i18next';
import { FormActions } from '../ui/form-actions.tsx';
import { Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { useAsked } from '../use-asked.ts';
import { adminApi } from './admin-api.ts';

interface OpenEmergencyProps {
  secret: string;
  onOpened: () => void;
  onLeave: () => void;
}

/** The link from the console. Nothing is spent before the button is pressed. */
export function OpenEmergencyPage({ secret, onOpened, onLeave }: OpenEmergencyProps) {
  const { t } = useTranslation('admin');
  const { busy, mistake, mistakes, send } = useAsked();
  const submit = () =>
    void send(async () => {
      const outcome = await adminApi.openEmergency(secret);
      if (!outcome.ok) return outcome.failure;
      onOpened();
      return undefined;
    });
  return (
    <Question title={t('open.title')} icon="key" mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <Prose>
        <p>{t('open.text')}</p>
        <p>{t('open.next')}</p>
      </Prose>
      <FormActions submit={t('open.button')} busy={busy} onBack={onLeave} />
    </Question>
  );
}
