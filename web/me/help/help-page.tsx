import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HelpedAccount, HelpGiven } from '../../../shared/api/help.ts';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { Permission } from '../../../shared/permissions.ts';
import type { Outcome } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import type { Mistake } from '../../ui/question.tsx';
import { meApi } from '../me-api.ts';
import { StepUp } from '../step-up.tsx';
import { isOver } from '../use-loaded.ts';
import { FindHelped } from './find-helped.tsx';
import { HelpDone } from './help-done.tsx';
import { HelpedPerson } from './helped-person.tsx';

interface HelpPageProps {
  contact: string;
  onBack: () => void;
  onOver: () => void;
}

type View =
  | { name: 'find' }
  | { name: 'found'; helped: HelpedAccount }
  | { name: 'done'; helped: HelpedAccount; action: Permission; given: HelpGiven };

/** Somebody else's account: found by its whole name, unlocked, or given a password to change. */
export function HelpPage({ contact, onBack, onOver }: HelpPageProps) {
  const { t: portal } = useTranslation();
  const [view, setView] = useState<View>({ name: 'find' });
  const [mistake, setMistake] = useState<Mistake>();
  const [busy, setBusy] = useState(false);
  const [stepUp, setStepUp] = useState<{ anyOf: readonly (readonly FactorKind[])[]; again: () => void }>();

  const ask = async <T,>(call: () => Promise<Outcome<T>>, then: (value: T) => void): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    const outcome = await call();
    setBusy(false);
    if (outcome.ok) then(outcome.value);
    else if (isOver(outcome.failure)) onOver();
    else if (outcome.failure.kind === 'problem' && outcome.failure.anyOf !== undefined)
      setStepUp({ anyOf: outcome.failure.anyOf, again: () => void ask(call, then) });
    else setMistake(mistakeOf(outcome.failure, portal));
  };
  const show = (next: View) => {
    setMistake(undefined);
    setView(next);
  };
  const act = (helped: HelpedAccount, action: Permission) => {
    const { directory, id } = helped.account;
    const call = action === 'unlock-account' ? meApi.helpUnlock : meApi.helpReset;
    void ask(
      () => call({ directory, id }),
      (given) => show({ name: 'done', helped, action, given }),
    );
  };

  if (stepUp !== undefined) {
    const proven = () => {
      setStepUp(undefined);
      stepUp.again();
    };
    return <StepUp anyOf={stepUp.anyOf} contact={contact} onProven={proven} onBack={() => setStepUp(undefined)} onOver={onOver} />;
  }
  const again = () => show({ name: 'find' });
  switch (view.name) {
    case 'found':
      return (
        <HelpedPerson helped={view.helped} busy={busy} mistake={mistake} onAct={(action) => act(view.helped, action)} onBack={again} />
      );
    case 'done':
      return <HelpDone {...view} onBack={again} />;
    default: {
      const find = (name: string) =>
        void ask(
          () => meApi.findHelped(name),
          (helped) => show({ name: 'found', helped }),
        );
      return <FindHelped busy={busy} mistake={mistake} onFind={find} onBack={onBack} />;
    }
  }
}
