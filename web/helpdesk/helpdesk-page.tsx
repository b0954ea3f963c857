import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case } from '../../shared/api/cases.ts';
import type { HelpedAccount } from '../../shared/api/help.ts';
import type { FactorKind } from '../../shared/api/journeys.ts';
import type { PeopleDirectories, SeenPerson } from '../../shared/api/people.ts';
import { REMOVABLE_KINDS, type RemovableKind } from '../../shared/removable-kinds.ts';
import { HelpPage, type HelpPageProps } from '../me/help/help-page.tsx';
import { SignIn } from '../me/sign-in.tsx';
import { StepUp } from '../me/step-up.tsx';
import { useLoaded } from '../me/use-loaded.ts';
import { useMeTexts } from '../me/use-me-texts.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { loadHelpdeskTexts } from '../texts.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { ThreatNotice } from '../ui/threat-notice.tsx';
import { useStandIn } from '../use-stand-in.ts';
import { useTexts } from '../use-texts.ts';
import { ApprovalsPage } from './case/approvals-page.tsx';
import { caseApi } from './case/case-api.ts';
import { OwnCases } from './case/own-cases.tsx';
import { heardAlso, LiveList, NOTHING_HEARD } from './live/live-list.tsx';
import { useLive } from './live/use-live.ts';
import { peopleApi } from './people/people-api.ts';
import { PeoplePage } from './people/people-page.tsx';
import { PersonPage } from './people/person-page.tsx';
import { addressOf, readWanted, type Wanted } from './people/wanted.ts';

interface HelpdeskPageProps {
  contact: string;
  search: string;
  go: (to: string) => void;
}

/** Where agents work: who is not signed in does so first. */
export function HelpdeskPage(props: HelpdeskPageProps) {
  const [own, helpdesk] = [useMeTexts(), useTexts(loadHelpdeskTexts)];
  const [isOut, setIsOut] = useState(false);
  if (!own || !helpdesk) return <Skeleton />;
  if (isOut) return <SignIn contact={props.contact} onSignedIn={() => setIsOut(false)} onLeave={() => props.go('/')} />;
  return <Area {...props} onOver={() => setIsOut(true)} />;
}

function Area({ contact, search, go, onOver }: HelpdeskPageProps & { onOver: () => void }) {
  const { t } = useTranslation('helpdesk');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(peopleApi.directories, onOver);
  if (failure !== undefined) {
    const isRefused = failure.kind === 'problem' && failure.code === 'access.refused';
    if (isRefused)
      return (
        <SimplePage
          title={t('refused')}
          paragraphs={[t('refused.text'), contact]}
          action={{ label: portal('action.to-start'), onPress: () => go('/me') }}
        />
      );
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={portal('trouble.site.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (value === undefined) return <Skeleton />;
  return (
    <>
      <ThreatNotice threat={value.threat} />
      <People directories={value.directories} contact={contact} search={search} go={go} onThreat={() => void load()} onOver={onOver} />
    </>
  );
}

interface PeopleProps extends HelpdeskPageProps {
  directories: PeopleDirectories['directories'];
  /** How it stands with a raised threat may have changed. */
  onThreat: () => void;
  onOver: () => void;
}

function People({ directories, contact, search, go, onThreat, onOver }: PeopleProps) {
  // What is typed changes the address without a step in the history for each letter.
  const [typed, setTyped] = useState<Wanted>();
  const [helped, setHelped] = useState<NonNullable<HelpPageProps['initial']>>();
  const [approves, setApproves] = useState(false);
  // Who has searched too often goes on by a fresh proof, which nobody gives who has only stolen the session.
  const [proves, setProves] = useState<readonly (readonly FactorKind[])[]>();
  const [heard, setHeard] = useState(NOTHING_HEARD);
  const isLive = useLive((event) => {
    if (event.threat === true || event.missed === true) onThreat();
    setHeard((before) => heardAlso(before, event));
  }, onOver);
  const leave = useStandIn(helped !== undefined || approves, () => {
    setHelped(undefined);
    setApproves(false);
  });
  const wanted = typed ?? readWanted(search);
  const want = useCallback((next: Wanted) => {
    window.history.replaceState(null, '', addressOf(next));
    setTyped(next);
  }, []);
  const visit = useCallback(
    (next: Wanted) => {
      setTyped(undefined);
      go(addressOf(next));
    },
    [go],
  );
  const proven = () => setProves(undefined);
  if (proves !== undefined) return <StepUp anyOf={proves} contact={contact} onProven={proven} onBack={proven} onOver={onOver} />;
  if (approves) return <ApprovalsPage contact={contact} onBack={leave} onOver={onOver} />;
  if (helped !== undefined) return <HelpPage contact={contact} initial={helped} onBack={leave} onOver={onOver} />;
  const see = ({ directory, id }: { directory: string; id: string }) => visit({ ...wanted, person: { directory, id } });
  return (
    <>
      {wanted.person === null ? (
        <PeoplePage
          directories={directories}
          wanted={wanted}
          onWant={want}
          onApprovals={() => setApproves(true)}
          onSee={see}
          onProve={setProves}
          onOver={onOver}
        />
      ) : (
        <PersonPage
          key={addressOf(wanted)}
          person={wanted.person}
          onHelp={(seen, action) => setHelped({ helped: helpedOf(seen), action, enrolled: enrolledOf(seen) })}
          onBack={() => visit({ ...wanted, person: null })}
          onOver={onOver}
        />
      )}
      <OpenCases onCase={(opened) => setHelped({ opened })} onOver={onOver} />
      <LiveList heard={heard} isLive={isLive} onSee={see} />
    </>
  );
}

/** What the agent has begun, in this window or before they came back to it. */
function OpenCases({ onCase, onOver }: { onCase: (opened: Case) => void; onOver: () => void }) {
  const { value } = useLoaded(caseApi.list, onOver);
  return <OwnCases cases={value?.cases ?? []} onCase={onCase} />;
}

/** The same person, as the pages that help know them. */
function helpedOf({ account, lock, may, inCase }: SeenPerson): HelpedAccount {
  const { directory, id, login, displayName, directoryLabel: label } = account;
  return { account: { directory, id, login, displayName, label, locked: lock.locked }, may, inCase };
}

/** The kinds that are enrolled with us: what comes from the directory has no time at which it was. */
function enrolledOf({ factors }: SeenPerson): RemovableKind[] {
  return REMOVABLE_KINDS.filter((kind) => factors.some((each) => each.kind === kind && each.createdAt !== null));
}
