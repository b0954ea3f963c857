import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { Failure, OpenStep } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { meApi } from './me-api.ts';
import { OpenIdAside } from './openid-aside.tsx';
import { Proofs } from './proofs.tsx';
import { isOver } from './use-loaded.ts';

interface StepUpProps {
  /** The combinations of which one is to be given anew. */
  anyOf: readonly (readonly FactorKind[])[];
  contact: string;
  onProven: () => void;
  onBack: () => void;
  onOver: () => void;
}

/** Asks who is signed in to prove it once more, before something that a stolen browser must not do. */
export function StepUp({ anyOf, contact, onProven, onBack, onOver }: StepUpProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [opened, setOpened] = useState<OpenStep>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const take = useCallback((journey: string) => meApi.raiseSession(journey), []);
  const begin = async () => {
    setBusy(true);
    const outcome = await meApi.stepUp(anyOf);
    setBusy(false);
    if (outcome.ok) setOpened(outcome.value);
    else if (isOver(outcome.failure)) onOver();
    else setFailure(outcome.failure);
  };
  useEffect(() => {
    if (opened !== undefined) setFailure(undefined);
  }, [opened]);
  if (failure !== undefined) {
    const back = { label: portal('action.back'), onPress: onBack };
    return <SimplePage title={t('step-up.title')} mistakes={[mistakeOf(failure, portal)]} action={back} />;
  }
  if (opened !== undefined)
    return <Proofs opened={opened} contact={contact} take={take} onTaken={onProven} onAgain={() => setOpened(undefined)} />;
  return (
    <Question title={t('step-up.title')} icon="lock" onSubmit={() => void begin()}>
      <Prose>
        <p>{t('step-up.text')}</p>
      </Prose>
      <FormActions submit={portal('action.continue')} busy={busy} onBack={onBack} />
      <OpenIdAside again />
    </Question>
  );
}
