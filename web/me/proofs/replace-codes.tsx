import { useTranslation } from 'react-i18next';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';

/** Says what new recovery codes end, before they are made: the old ones at once, while the new ones do not count yet. */
export function ReplaceCodes({ hours, onMake, onBack }: { hours: number; onMake: () => void; onBack: () => void }) {
  const { t } = useTranslation('me');
  return (
    <Question title={t('proofs.codes.replace.title')} icon="alert" tone="danger" onSubmit={onMake}>
      <Prose>
        <p>{t('proofs.codes.replace.text')}</p>
        {hours > 0 && <p>{t('proofs.codes.replace.wait', { count: hours })}</p>}
      </Prose>
      <FormActions submit={t('proofs.codes.replace.make')} look="danger" onBack={onBack} />
    </Question>
  );
}
