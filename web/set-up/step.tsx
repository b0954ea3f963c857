import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetUpAnswers, SetUpSecrets, ShownSetUp } from '../../shared/api/set-up.ts';
import type { Failure, Outcome } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { keepFile } from '../ui/keep-file.ts';
import { Actions, QuietLink } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import classes from './set-up.module.css';
import { setUpApi } from './set-up-api.ts';

/** Every step gets what is known, and says when it knows more. */
export interface StepProps {
  setUp: ShownSetUp;
  progress: string;
  /** It is kept; the step stays. */
  onSaved: (setUp: ShownSetUp) => void;
  onNext: () => void;
  /** Absent on the first one. */
  onBack?: () => void;
}

/** The work of a step: one thing at a time, with what went wrong. */
export function useStep({ setUp, onSaved }: Pick<StepProps, 'setUp' | 'onSaved'>) {
  const { t: portal } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistakes, setMistakes] = useState<readonly Mistake[]>([]);
  const fail = (failure: Failure) => setMistakes([mistakeOf(failure, portal)]);
  /** @returns the answer; undefined when it failed, which is on the page then */
  const ask = async <T,>(work: () => Promise<Outcome<T>>): Promise<{ value: T } | undefined> => {
    setBusy(true);
    setMistakes([]);
    const outcome = await work();
    setBusy(false);
    if (outcome.ok) return { value: outcome.value };
    fail(outcome.failure);
    return undefined;
  };
  const save = async (answers: Partial<SetUpAnswers>, secrets: SetUpSecrets = {}): Promise<ShownSetUp | undefined> => {
    const saved = await ask(() => setUpApi.save(setUp.version, { ...setUp.answers, ...answers }, secrets));
    if (saved !== undefined) onSaved(saved.value);
    return saved?.value;
  };
  return { busy, mistakes, setMistakes, ask, save };
}

interface StepFormProps {
  title: string;
  progress: string;
  step: ReturnType<typeof useStep>;
  submit: string;
  onSubmit: () => void;
  onBack?: (() => void) | undefined;
  children: ReactNode;
}

/** The form of a step, with its ways out: one of them is the file of what has been answered until now. */
export function StepForm({ title, progress, step, submit, onSubmit, onBack, children }: StepFormProps) {
  const { t: portal } = useTranslation();
  const { t } = useTranslation('set-up');
  const { busy, mistakes } = step;
  const keep = async () => {
    const answer = await step.ask(setUpApi.check);
    if (answer !== undefined) keepFile('configuration.yaml', answer.value.document, 'application/yaml');
  };
  return (
    <Question
      title={title}
      progress={progress}
      mistakes={mistakes}
      focusOn={mistakes.length === 0 ? title : mistakes}
      onSubmit={() => {
        if (!busy) onSubmit();
      }}
    >
      {children}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {submit}
        </ActionButton>
        {onBack !== undefined && (
          <ActionButton look="quiet" onPress={onBack}>
            {portal('action.back')}
          </ActionButton>
        )}
      </Actions>
      <div className={classes.part}>
        <p>
          <QuietLink
            onPress={() => {
              if (!busy) void keep();
            }}
          >
            {t('file.keep')}
          </QuietLink>
        </p>
        <p className={classes.quiet}>{t('file.hint')}</p>
      </div>
    </Question>
  );
}

/** The sentence about a field, if it is the one that a mistake is about. */
export function errorOf(mistakes: readonly Mistake[], field: string): string | undefined {
  return mistakes.find((mistake) => mistake.field === field)?.text;
}
