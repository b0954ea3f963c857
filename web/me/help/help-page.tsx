import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HelpedAccount, HelpGiven } from '../../../shared/api/help.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { Outcome } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import type { Mistake } from '../../ui/question.tsx';
import { meApi } from '../me-api.ts';
import { useFreshProof } from '../use-fresh-proof.tsx';
import { useLoaded } from '../use-loaded.ts';
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
  | { name: 'done'; helped: HelpedAccount; action: PersonPermission; given: HelpGiven };

/** Somebody else's account: found by its whole name, unlocked, or given a password to change. */
export function HelpPage({ contact, onBack, onOver }: HelpPageProps) {
  const { t: portal } = useTranslation();
  const [view, setView] = useState<View>({ name: 'find' });
  const [mistake, setMistake] = useState<Mistake>();
  const [busy, setBusy] = useState(false);
  const fresh = useFreshProof({ contact, onOver, late: (failure) => setMistake(mistakeOf(failure, portal)) });

  const roles = useLoaded(meApi.ownRoles, onOver).value;

  const ask = async <T,>(call: () => Promise<Outcome<T>>, then: (value: T) => void): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    const failure = await fresh.ask(call, then);
    setBusy(false);
    if (failure !== undefined) setMistake(mistakeOf(failure, portal));
  };
  const show = (next: View) => {
    setMistake(undefined);
    setView(next);
  };
  const act = (helped: HelpedAccount, action: PersonPermission) => {
    const { directory, id } = helped.account;
    const call = action === 'unlock-account' ? meApi.helpUnlock : meApi.helpReset;
    void ask(
      () => call({ directory, id }),
      (given) => show({ name: 'done', helped, action, given }),
    );
  };

  if (fresh.page !== undefined) return fresh.page;
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
      return <FindHelped incomplete={roles?.incomplete === true} busy={busy} mistake={mistake} onFind={find} onBack={onBack} />;
    }
  }
}
