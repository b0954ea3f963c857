import { useTranslation } from 'react-i18next';
import type { VouchRequest } from '../../../shared/api/vouch.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

interface RefuseToVouchProps {
  request: VouchRequest;
  ask: Ask;
  onDone: () => void;
  onBack: () => void;
}

/** Says what happens when this was not expected. */
export function RefuseToVouch({ request, ask, onDone, onBack }: RefuseToVouchProps) {
  const { t } = useTranslation('me');
  const { busy, mistake, mistakes, send } = useAsked();
  const name = request.person.displayName;
  const submit = () => void send(() => ask(() => meApi.refuseToVouch(request.id), onDone));
  return (
    <Question
      title={t('vouch.refuse.title', { name })}
      icon="alert"
      tone="danger"
      mistakes={mistakes}
      focusOn={mistake ?? request.id}
      onSubmit={submit}
    >
      <Prose>
        <p>{t('vouch.refuse.text', { name })}</p>
      </Prose>
      <FormActions submit={t('vouch.refuse')} look="danger" busy={busy} onBack={onBack} />
    </Question>
  );
}
