import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Step, StepKind } from '../../../shared/api/journeys.ts';
import type { Failure } from '../../api.ts';
import type { Mistake } from '../../ui/question.tsx';
import { mistakeOf, type Trouble } from '../mistake-of.ts';
import type { AnswerStep } from '../use-journey.ts';

/** What every step's page gets. */
export interface StepProps<K extends StepKind> {
  journey: string;
  step: Extract<Step, { kind: K }>;
  /** Another one whenever an answer has come, also with the step as it was. */
  arrival: object;
  /** The answer before had arrived already. */
  passed: boolean;
  /** Why the last answer brought nothing. */
  failure: Trouble | undefined;
  busy: boolean;
  answer: AnswerStep;
  /** Another question to the journey was told that it has ended. */
  end: (failure: Failure) => void;
  contact: string;
  onLeave: () => void;
  /** To signing in, where what proves somebody is set up. Absent where nobody can sign in. */
  onSetUp?: (() => void) | undefined;
}

export interface StepMessages {
  message: string | undefined;
  mistakes: Mistake[];
  /** Changes whenever there is something new to read. */
  focusOn: unknown;
  /** The sentence to repeat at the field. */
  fieldError: string | undefined;
}

/** Brings together what the server says, what went wrong on the way and what the page itself found (`own`). */
export function useStepMessages(
  props: Pick<StepProps<StepKind>, 'step' | 'arrival' | 'passed' | 'failure'>,
  field?: string,
  own?: Mistake,
): StepMessages {
  const { step, arrival, passed, failure } = props;
  const { t } = useTranslation();
  return useMemo(() => {
    const mistakes: Mistake[] = [];
    if (own !== undefined) mistakes.push(own);
    else if (failure !== undefined) mistakes.push(mistakeOf(failure, t, field));
    else if (step.message !== undefined && step.messageTone === 'error') mistakes.push({ text: step.message, field });
    const said = mistakes.length === 0 && step.messageTone !== 'error' ? step.message : undefined;
    return {
      message: said ?? (passed && mistakes.length === 0 ? t('trouble.passed') : undefined),
      mistakes,
      focusOn: own ?? arrival,
      fieldError: mistakes.find((mistake) => mistake.field === field && field !== undefined)?.text,
    };
  }, [step, arrival, passed, failure, own, field, t]);
}
