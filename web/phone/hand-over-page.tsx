import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneOffered } from '../../shared/api/on-phone.ts';
import { api, type Failure } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type HandedOver, phoneApi } from './phone-api.ts';
import { PhoneOffer } from './phone-offer.tsx';
import { usePhoneTexts } from './use-phone-texts.ts';

interface HandOverPageProps {
  journey: string;
  /** The recovery, which now waits for the phone. */
  onHanded: (handed: HandedOver) => void;
  /** Back to the recovery, which is as it was. */
  onBack: () => void;
  /** Told of a failure; returns whether the recovery is over by it. Always the same function. */
  onOver: (failure: Failure) => boolean;
}

/** "Use my phone instead": a QR code for the phone, and the digits that it shows. */
export function HandOverPage({ journey, onHanded, onBack, onOver }: HandOverPageProps) {
  const { t: portal } = useTranslation();
  const hasTexts = usePhoneTexts();
  const [offered, setOffered] = useState<PhoneOffered>();
  const [failure, setFailure] = useState<Failure>();
  const offer = useCallback(async () => {
    const outcome = await phoneApi.offerHandOver(journey);
    if (outcome.ok) setOffered(outcome.value);
    else if (!onOver(outcome.failure)) setFailure(outcome.failure);
  }, [journey, onOver]);
  useEffect(() => void offer(), [offer]);
  const phone = offered?.phone ?? '';
  const askProgress = useCallback(() => phoneApi.handOverProgress(journey, phone), [journey, phone]);
  const letIn = async (digits: string) => {
    const outcome = await phoneApi.handOver(journey, phone, digits);
    if (!outcome.ok) return onOver(outcome.failure) ? undefined : outcome.failure;
    onHanded(outcome.value);
    return undefined;
  };

  if (failure !== undefined) {
    const back = { label: portal('action.back'), onPress: onBack };
    return <SimplePage title={portal('hand-over.link')} mistakes={[mistakeOf(failure, portal)]} action={back} />;
  }
  if (offered === undefined || !hasTexts) return <Skeleton />;
  return (
    <PhoneOffer
      key={phone}
      offered={offered}
      askProgress={askProgress}
      letIn={letIn}
      onAgain={() => void offer()}
      onBack={onBack}
      onOver={onOver}
    >
      <Handed journey={journey} onHanded={onHanded} onBack={onBack} onOver={onOver} />
    </PhoneOffer>
  );
}

/** The phone is in, and what answered to the digits did not arrive, or has not yet: the recovery is read as it stands now. */
function Handed({ journey, onHanded, onBack, onOver }: HandOverPageProps) {
  useEffect(() => {
    let isGone = false;
    void api.stepOf(journey).then((outcome) => {
      if (isGone) return;
      if (outcome.ok) onHanded(outcome.value);
      // Whatever is answered to the step that was shown before brings the one that it is now.
      else if (!onOver(outcome.failure)) onBack();
    });
    return () => {
      isGone = true;
    };
  }, [journey, onHanded, onBack, onOver]);
  return <Skeleton />;
}
