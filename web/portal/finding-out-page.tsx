import { useTranslation } from 'react-i18next';
import { Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';

/** No good answer came to what was sent: the page claims nothing, and asks until it knows. */
export function FindingOutPage() {
  const { t } = useTranslation();
  return (
    <Question title={t('finding-out.title')} icon="clock" focusOn="finding-out">
      <Prose>
        <p role="status">{t('finding-out.text')}</p>
        <p>{t('finding-out.leave-open')}</p>
      </Prose>
    </Question>
  );
}
