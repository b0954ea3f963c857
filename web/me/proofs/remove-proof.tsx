import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OwnFactor } from '../../../shared/api/own-factors.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

/** Says what will be gone, and asks once more when the account could not be recovered without it. */
export function RemoveProof({ factor, ask, onDone, onBack }: { factor: OwnFactor; ask: Ask; onDone: () => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  const [isLast, setIsLast] = useState(false);
  const { busy, mistake, mistakes, send } = useAsked();
  const submit = () =>
    void send(async () => {
      const failure = await ask(() => meApi.removeFactor(factor.id, isLast), onDone);
      if (failure?.kind !== 'problem' || failure.code !== 'enrolment.last-way') return failure;
      setIsLast(true);
      return undefined;
    });
  return (
    <Question
      title={t('proofs.remove.title', { name: factor.label })}
      icon="alert"
      tone="danger"
      mistakes={mistakes}
      focusOn={mistake ?? isLast}
      onSubmit={submit}
    >
      <Prose>
        <p>{t('proofs.remove.text', { kind: t(`kind.${factor.kind}`) })}</p>
        {factor.kind === 'passkey' && <p>{t('proofs.remove.passkey')}</p>}
      </Prose>
      {isLast && <Notice tone="warning">{t('proofs.remove.last')}</Notice>}
      <FormActions
        submit={t(isLast ? 'proofs.remove.anyway' : 'proofs.remove')}
        look="danger"
        busy={busy}
        back={t('proofs.remove.keep')}
        onBack={onBack}
      />
    </Question>
  );
}
