import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import type { HelpedAccount, HelpGiven } from '../../../shared/api/help.ts';
import type { OwnRoles } from '../../../shared/api/session.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import { type Failure, mayHaveHappened, type Outcome } from '../../api.ts';
import { ApprovalsPage } from '../../helpdesk/case/approvals-page.tsx';
import { caseApi } from '../../helpdesk/case/case-api.ts';
import { CasePage } from '../../helpdesk/case/case-page.tsx';
import { type CaseReasons, OpenCase } from '../../helpdesk/case/open-case.tsx';
import { mistakeOf } from '../../portal/mistake-of.ts';
import type { Mistake } from '../../ui/question.tsx';
import { ThreatNotice } from '../../ui/threat-notice.tsx';
import { meApi } from '../me-api.ts';
import { useFreshProof } from '../use-fresh-proof.tsx';
import { useLoaded } from '../use-loaded.ts';
import { FindHelped } from './find-helped.tsx';
import { HelpDone } from './help-done.tsx';
import { HelpedPerson } from './helped-person.tsx';

export interface HelpPageProps {
  contact: string;
  /** Who is to be helped with what, where that is known already; or a case that is open. */
  initial?: { helped: HelpedAccount; action: PersonPermission; enrolled?: readonly RemovableKind[] } | { opened: Case };
  onBack: () => void;
  onOver: () => void;
}

type View =
  | { name: 'find' }
  | { name: 'found'; helped: HelpedAccount }
  | { name: 'open-case'; helped: HelpedAccount; action: PersonPermission }
  | { name: 'approvals' }
  | { name: 'case'; opened: Case }
  | { name: 'done'; helped: string; action: PersonPermission; given: HelpGiven };

/** Somebody else's account: found by its whole name, unlocked, or given a password to change. */
export function HelpPage(props: HelpPageProps) {
  const roles = useLoaded(meApi.ownRoles, props.onOver).value;
  return (
    <>
      {/* Where they come from another page, that one says it. */}
      {props.initial === undefined && <ThreatNotice threat={roles?.threat ?? null} />}
      <Helping {...props} roles={roles} />
    </>
  );
}

function Helping({ contact, initial, roles, onBack, onOver }: HelpPageProps & { roles: OwnRoles | undefined }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [view, setView] = useState<View>(() => firstView(initial));
  const [mistake, setMistake] = useState<Mistake>();
  const [busy, setBusy] = useState(false);
  const [elsewhere, setElsewhere] = useState(false);
  const [asked, setAsked] = useState(false);
  // No answer came to an act, which may have been done all the same.
  const [lost, setLost] = useState(false);
  const fail = (failure: Failure) => {
    const isAsked = failure.kind === 'problem' && failure.code === 'case.approval-needed';
    setAsked(isAsked);
    // The page says that it waits: nothing is wrong.
    if (!isAsked) setMistake(mistakeOf(failure, portal));
  };
  const fresh = useFreshProof({ contact, onOver, late: fail });

  const cases = useLoaded(caseApi.list, onOver);

  const ask = async <T,>(call: () => Promise<Outcome<T>>, then: (value: T) => void): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    const failure = await fresh.ask(call, then);
    setBusy(false);
    if (failure === undefined) return;
    const code = failure.kind === 'problem' ? failure.code : undefined;
    // Who takes a case over without a reason is asked for one, and may press again.
    setElsewhere((before) => code === 'case.open-elsewhere' || (before && code === 'case.reason-missing'));
    fail(failure);
  };
  /** What changes something: a refusal alone says that it did not. */
  const acting =
    <T,>(call: () => Promise<Outcome<T>>) =>
    async (): Promise<Outcome<T>> => {
      const outcome = await call();
      setLost(!outcome.ok && mayHaveHappened(outcome.failure));
      return outcome;
    };
  const show = (next: View) => {
    setLost(false);
    setMistake(undefined);
    setElsewhere(false);
    setAsked(false);
    setView(next);
  };
  const act = (helped: HelpedAccount, action: PersonPermission) => {
    const { directory, id } = helped.account;
    const call = action === 'unlock-account' ? meApi.helpUnlock : meApi.helpReset;
    void ask(
      acting(() => call({ directory, id })),
      (given) => show({ name: 'done', helped: helped.account.displayName, action, given }),
    );
  };

  const openCase = (helped: HelpedAccount, action: PersonPermission, reasons: CaseReasons) => {
    const { directory, id } = helped.account;
    void ask(
      () => caseApi.open({ account: { directory, id }, action, ...reasons }),
      ({ case: opened }) => show({ name: 'case', opened }),
    );
  };

  if (fresh.page !== undefined) return fresh.page;
  const again = () => {
    if (initial !== undefined) return onBack();
    show({ name: 'find' });
    void cases.load();
  };
  switch (view.name) {
    case 'found':
      return (
        <HelpedPerson
          helped={view.helped}
          busy={busy}
          mistake={lost ? { ...mistake, text: t('help.lost') } : mistake}
          onAct={(action) => act(view.helped, action)}
          onCase={(action) => show({ name: 'open-case', helped: view.helped, action })}
          onBack={again}
        />
      );
    case 'open-case': {
      const { helped, action } = view;
      return (
        <OpenCase
          name={helped.account.displayName}
          action={action}
          enrolled={initial !== undefined && 'enrolled' in initial ? initial.enrolled : undefined}
          busy={busy}
          mistake={mistake}
          isElsewhere={elsewhere}
          onOpen={(reasons) => openCase(helped, action, reasons)}
          onBack={() => (initial === undefined ? show({ name: 'found', helped }) : onBack())}
        />
      );
    }
    case 'case': {
      const { opened } = view;
      const actBy = (call: () => Promise<Outcome<HelpGiven>>) =>
        void ask(acting(call), (given) => show({ name: 'done', helped: opened.account.displayName, action: opened.action, given }));
      const actOn = (unverified: boolean) => actBy(() => caseApi.act(opened.id, unverified));
      const moved = ({ case: now }: { case: Case }) => show({ name: 'case', opened: now });
      const link = (to: string) =>
        void ask(
          acting(() => caseApi.sendLink(opened.id, to)),
          moved,
        );
      const close = () => void ask(() => caseApi.close(opened.id), again);
      return (
        <CasePage
          // A link that was sent is shown at once.
          key={opened.link?.number ?? opened.id}
          opened={opened}
          busy={busy}
          mistake={mistake}
          asked={asked}
          lost={lost}
          onAsk={(kind) => void ask(() => caseApi.ask(opened.id, kind), moved)}
          onAnswer={(said) => void ask(() => caseApi.answer(opened.id, said), moved)}
          onPage={(over) => void ask(() => caseApi.sendPage(opened.id, over), moved)}
          onVouch={() => void ask(() => caseApi.vouch(opened.id), moved)}
          onAct={actOn}
          onLink={link}
          onSend={(to) => actBy(() => caseApi.sendPassword(opened.id, to))}
          onClose={close}
          onBack={again}
          onOver={onOver}
        />
      );
    }
    case 'approvals':
      return <ApprovalsPage contact={contact} onBack={again} onOver={onOver} />;
    case 'done':
      return <HelpDone name={view.helped} action={view.action} given={view.given} onBack={again} />;
    default: {
      const find = (name: string) =>
        void ask(
          () => meApi.findHelped(name),
          (helped) => show({ name: 'found', helped }),
        );
      return (
        <FindHelped
          incomplete={roles?.incomplete === true}
          sees={roles?.may.includes('see-people') === true}
          cases={cases.value?.cases ?? []}
          busy={busy}
          mistake={mistake}
          onFind={find}
          onApprovals={() => show({ name: 'approvals' })}
          onCase={(opened) => show({ name: 'case', opened })}
          onBack={onBack}
        />
      );
    }
  }
}

function firstView(initial: HelpPageProps['initial']): View {
  if (initial === undefined) return { name: 'find' };
  if ('opened' in initial) return { name: 'case', opened: initial.opened };
  const { helped, action } = initial;
  return helped.inCase.includes(action) ? { name: 'open-case', helped, action } : { name: 'found', helped };
}
