import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckedSetUp, FinishedSetUp } from '../../shared/api/set-up.ts';
import { Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { TextField } from '../ui/text-field.tsx';
import classes from './set-up.module.css';
import { setUpApi } from './set-up-api.ts';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

const ADMINISTRATOR = 'set-up-administrator';

interface FinishProps extends StepProps {
  onDone: (finished: FinishedSetUp) => void;
}

/** The configuration as a file, what is wrong with it, and putting it into force. */
export function FinishStep({ onDone, ...props }: FinishProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onBack } = props;
  const step = useStep(props);
  const [checked, setChecked] = useState<CheckedSetUp>();
  const [administrator, setAdministrator] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on arrival
  useEffect(() => {
    void step.ask(setUpApi.check).then((answer) => setChecked(answer?.value));
  }, []);
  const submit = async () => {
    if (administrator.trim() === '') return step.setMistakes([{ text: t('finish.missing'), field: ADMINISTRATOR }]);
    const answer = await step.ask(() => setUpApi.finish(setUp.version, administrator.trim()));
    if (answer !== undefined) onDone(answer.value);
  };
  const isWhole = checked?.missing.length === 0;
  return (
    <StepForm
      title={t('finish.title')}
      progress={progress}
      step={step}
      submit={t('finish.button')}
      onSubmit={() => void submit()}
      onBack={onBack}
    >
      <Prose>
        <p>{t('finish.text')}</p>
      </Prose>
      {checked !== undefined && !isWhole && <Notice tone="warning">{t('finish.unanswered')}</Notice>}
      {checked !== undefined && checked.problems.length > 0 && (
        <section className={classes.part}>
          <h2>{t('finish.problems')}</h2>
          <ul className={classes.list}>
            {checked.problems.map(({ path, message, severity }) => (
              <li key={`${path} ${message}`}>
                <strong>{t(`finish.severity.${severity}`)}</strong>: <code>{path}</code> <span lang="en">{message}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {isWhole && checked !== undefined && (
        <details>
          <summary>{t('finish.file')}</summary>
          <pre className={classes.pasted}>{checked.document}</pre>
        </details>
      )}
      <TextField
        id={ADMINISTRATOR}
        label={t('finish.administrator')}
        hint={t('finish.administrator.hint')}
        error={errorOf(step.mistakes, ADMINISTRATOR)}
        value={administrator}
        onChange={setAdministrator}
        autoComplete="off"
      />
    </StepForm>
  );
}
