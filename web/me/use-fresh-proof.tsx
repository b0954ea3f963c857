import { useState } from 'react';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { Failure, Outcome } from '../api.ts';
import { StepUp } from './step-up.tsx';
import { isOver } from './use-loaded.ts';

/** Asks for something that may want a fresh proof. Resolves to what was in its way, which the page that asked shows. */
export type Ask = <T>(call: () => Promise<Outcome<T>>, then: (value: T) => void) => Promise<Failure | undefined>;

/**
 * What is dangerous asks for a fresh proof when it is asked for, not before: `page` stands in for the own one while that is given, and
 * what was asked is asked once more then.
 * @param late what was in its way after that
 */
export function useFreshProof({ contact, onOver, late }: { contact: string; onOver: () => void; late: (failure: Failure) => void }) {
  const [stepUp, setStepUp] = useState<{ anyOf: readonly (readonly FactorKind[])[]; again: () => void }>();
  const ask: Ask = async (call, then) => {
    const outcome = await call();
    if (outcome.ok) then(outcome.value);
    else if (isOver(outcome.failure)) onOver();
    else if (outcome.failure.kind === 'problem' && outcome.failure.anyOf !== undefined) {
      const { anyOf } = outcome.failure;
      setStepUp({ anyOf, again: () => void ask(call, then).then((failure) => failure !== undefined && late(failure)) });
    } else return outcome.failure;
    return undefined;
  };
  const leave = () => setStepUp(undefined);
  const proven = () => {
    leave();
    stepUp?.again();
  };
  const page =
    stepUp === undefined ? undefined : <StepUp anyOf={stepUp.anyOf} contact={contact} onProven={proven} onBack={leave} onOver={onOver} />;
  return { ask, page };
}
