import { useTranslation } from 'react-i18next';
import { useLoaded } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';

/** The configuration in force, as it was written. */
export function ConfigurationPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const { value, failure } = useLoaded(adminApi.configuration, onOver);
  return (
    <Question title={t('configuration.title')} mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure}>
      {value === undefined ? (
        failure === undefined && <Skeleton />
      ) : (
        <>
          <Prose>
            <p>{t('configuration.text', { version: value.version })}</p>
          </Prose>
          <pre className={classes.document}>{JSON.stringify(value.document, null, 2)}</pre>
        </>
      )}
      <Actions>
        <ActionButton onPress={onBack}>{portal('action.back')}</ActionButton>
      </Actions>
    </Question>
  );
}
