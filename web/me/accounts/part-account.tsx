import { useTranslation } from 'react-i18next';
import type { MyAccounts } from '../../../shared/api/my-accounts.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { useAsked } from '../../use-asked.ts';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

interface PartAccountProps {
  account: MyAccounts['accounts'][number];
  ask: Ask;
  onDone: () => void;
  onBack: () => void;
}

/** Says what ends with the link. */
export function PartAccount({ account, ask, onDone, onBack }: PartAccountProps) {
  const { t } = useTranslation('me');
  const { busy, mistake, mistakes, send } = useAsked();
  const submit = () => void send(() => ask(() => meApi.partAccount(account.id), onDone));
  return (
    <Question
      title={t('accounts.part.title', { name: account.login ?? t('accounts.unknown') })}
      icon="alert"
      tone="danger"
      mistakes={mistakes}
      focusOn={mistake}
      onSubmit={submit}
    >
      <Prose>
        <p>{t('accounts.part.text')}</p>
      </Prose>
      <FormActions submit={t('accounts.part')} look="danger" busy={busy} back={t('proofs.remove.keep')} onBack={onBack} />
    </Question>
  );
}
