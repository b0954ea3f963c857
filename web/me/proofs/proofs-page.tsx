import type { TFunction } from 'i18next';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { PhoneOffered } from '../../../shared/api/on-phone.ts';
import type { AddedFactor, AddressBegun, OwnFactor, RecoveryCodesMade, TotpBegun } from '../../../shared/api/own-factors.ts';
import type { Failure } from '../../api.ts';
import { formatTime } from '../../format.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { SimplePage } from '../../portal/simple-page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { meApi } from '../me-api.ts';
import { type Ask, useFreshProof } from '../use-fresh-proof.tsx';
import { useLoaded } from '../use-loaded.ts';
import { AddAddress } from './add-address.tsx';
import { AddOwnPasskey } from './add-own-passkey.tsx';
import { AddTotp } from './add-totp.tsx';
import { CodesMade } from './codes-made.tsx';
import { ConfirmAddress } from './confirm-address.tsx';
import { OnPhone } from './on-phone.tsx';
import { ProofList } from './proof-list.tsx';
import { RemoveProof } from './remove-proof.tsx';
import { RenameProof } from './rename-proof.tsx';
import { ReplaceCodes } from './replace-codes.tsx';
import { SetQuestions } from './set-questions.tsx';
import { signalDevices } from './signal-devices.ts';

interface ProofsPageProps {
  contact: string;
  /** Of somebody who may do nothing but add. */
  limited: boolean;
  /** To where they came from; who may do nothing else signs out. */
  onBack: () => void;
  /** Of the button that does so, where that is not clear from `limited`. */
  backLabel?: string;
  onOver: () => void;
}

/** What the page shows instead of the list. */
type View =
  | { name: 'phone'; offered: PhoneOffered }
  | { name: 'totp'; begun: TotpBegun }
  | { name: 'address'; kind: 'email' | 'sms' }
  | { name: 'address-code'; kind: 'email' | 'sms'; begun: AddressBegun }
  | { name: 'passkey' }
  | { name: 'questions' }
  | { name: 'replace-codes' }
  | { name: 'codes'; made: RecoveryCodesMade }
  | { name: 'rename'; factor: OwnFactor }
  | { name: 'remove'; factor: OwnFactor };

/** What proves somebody who is signed in: seen, added, renamed, taken away. */
export function ProofsPage({ contact, limited, onBack, onOver, backLabel }: ProofsPageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(meApi.factors, onOver);
  const [view, setView] = useState<View>();
  const [said, setSaid] = useState<string>();
  const [trouble, setTrouble] = useState<Failure>();
  const devices = value?.devices;
  useEffect(() => {
    if (devices != null) void signalDevices(devices);
  }, [devices]);

  const fresh = useFreshProof({
    contact,
    onOver,
    // What was typed before a proof was asked for is gone with its page: the list says what was in the way.
    late(failure) {
      setView(undefined);
      setTrouble(failure);
    },
  });
  const { ask } = fresh;
  const begin: Ask = async (call, then) => {
    setSaid(undefined);
    setTrouble(undefined);
    setTrouble(await ask(call, then));
    return undefined;
  };
  const list = (sentence?: string) => {
    setView(undefined);
    setTrouble(undefined);
    setSaid(sentence);
    void load();
  };
  const added = ({ name, countsFrom }: AddedFactor) =>
    list(countsFrom === null ? t('proofs.added.now', { name }) : t('proofs.added', { name, time: formatTime(countsFrom) }));
  const questionsAdded = ({ countsFrom }: AddedFactor) =>
    list(countsFrom === null ? t('proofs.questions.added.now') : t('proofs.questions.added', { time: formatTime(countsFrom) }));
  const onPhone = () => void begin(meApi.offerPhone, (offered) => setView({ name: 'phone', offered }));
  const makeCodes = () => void begin(meApi.makeCodes, (made) => setView({ name: 'codes', made }));
  const add = (kind: FactorKind) => {
    if (kind === 'totp') void begin(meApi.beginTotp, (begun) => setView({ name: 'totp', begun }));
    else if (kind === 'recovery-code') {
      if (value?.factors.some((factor) => factor.kind === 'recovery-code') === true) setView({ name: 'replace-codes' });
      else makeCodes();
    } else if (kind === 'email' || kind === 'sms') setView({ name: 'address', kind });
    else if (kind === 'questions') setView({ name: 'questions' });
    else setView({ name: 'passkey' });
  };

  if (fresh.page !== undefined) return fresh.page;
  const back = () => list();
  switch (view?.name) {
    case 'phone':
      return <OnPhone key={view.offered.phone} offered={view.offered} ask={ask} onAgain={onPhone} onBack={back} onOver={onOver} />;
    case 'totp':
      return <AddTotp begun={view.begun} ask={ask} onAdded={added} onBack={back} />;
    case 'address': {
      const { kind } = view;
      return <AddAddress kind={kind} ask={ask} onBegun={(begun) => setView({ name: 'address-code', kind, begun })} onBack={back} />;
    }
    case 'address-code': {
      const { kind, begun } = view;
      return <ConfirmAddress kind={kind} begun={begun} ask={ask} onAdded={added} onBack={() => setView({ name: 'address', kind })} />;
    }
    case 'passkey':
      return <AddOwnPasskey ask={ask} onAdded={added} onBack={back} />;
    case 'questions':
      return value?.questions == null ? (
        <Skeleton />
      ) : (
        <SetQuestions choice={value.questions} ask={ask} onAdded={questionsAdded} onBack={back} />
      );
    case 'replace-codes':
      return <ReplaceCodes hours={value?.coolDownHours ?? 0} onMake={makeCodes} onBack={back} />;
    case 'codes':
      return <CodesMade made={view.made} onBack={back} />;
    case 'rename':
      return <RenameProof factor={view.factor} ask={ask} onDone={back} onBack={back} />;
    case 'remove':
      return <RemoveProof factor={view.factor} ask={ask} onDone={() => list(t('proofs.removed'))} onBack={back} />;
    default:
  }
  if (failure !== undefined) {
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('proofs.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (value === undefined) return <Skeleton />;
  return (
    <ProofList
      own={value}
      limited={limited}
      said={said}
      mistake={trouble === undefined ? undefined : mistakeOf(trouble, portal)}
      onAdd={add}
      onPhone={isAtComputer() ? onPhone : undefined}
      onRename={(factor) => setView({ name: 'rename', factor })}
      onRemove={(factor) => setView({ name: 'remove', factor })}
      next={limited && backLabel === undefined ? afterwards(value.factors, t) : undefined}
      back={backLabel ?? (limited ? t('sign-out') : portal('action.back'))}
      onBack={onBack}
    />
  );
}

/** How they get in for everything else, who may do nothing here but add; nothing where there is nothing yet. */
function afterwards(factors: readonly OwnFactor[], t: TFunction<'me'>): string | undefined {
  if (factors.some(({ countsFrom }) => countsFrom === null)) return t('proofs.next');
  // Of one form, so that the first of them in time is the first as text.
  const [first] = factors.flatMap(({ countsFrom }) => countsFrom ?? []).toSorted();
  return first === undefined ? undefined : t('proofs.next.later', { time: formatTime(first) });
}

/** Whoever is on a phone has it in hand already. */
function isAtComputer(): boolean {
  return window.matchMedia('(pointer: fine)').matches;
}
