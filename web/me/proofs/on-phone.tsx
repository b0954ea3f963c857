import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneOffered } from '../../../shared/api/on-phone.ts';
import type { Failure } from '../../api.ts';
import { PhoneOffer } from '../../phone/phone-offer.tsx';
import { usePhoneTexts } from '../../phone/use-phone-texts.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';
import { isOver } from '../use-loaded.ts';

interface OnPhoneProps {
  offered: PhoneOffered;
  ask: Ask;
  /** Another code, in place of one that is over. */
  onAgain: () => void;
  /** To the list, which is read anew. */
  onBack: () => void;
  onOver: () => void;
}

/** Adding what proves who is signed in on their phone. */
export function OnPhone({ offered: { phone, ...offered }, ask, onAgain, onBack, onOver }: OnPhoneProps) {
  const { t } = useTranslation('phone');
  const hasTexts = usePhoneTexts();
  const askProgress = useCallback(() => meApi.phoneProgress(phone), [phone]);
  const endsHere = useCallback(
    (failure: Failure) => {
      if (!isOver(failure)) return false;
      onOver();
      return true;
    },
    [onOver],
  );
  if (!hasTexts) return <Skeleton />;
  return (
    <PhoneOffer
      offered={{ phone, ...offered }}
      askProgress={askProgress}
      letIn={(digits, onIn) => ask(() => meApi.letPhoneIn(phone, digits), onIn)}
      onAgain={onAgain}
      onBack={onBack}
      onOver={endsHere}
    >
      <Question title={t('enrol.let-in')} icon="check" tone="good" focusOn="let-in">
        <Prose>
          <p>{t('enrol.let-in.text')}</p>
        </Prose>
        <Actions>
          <ActionButton onPress={onBack}>{t('enrol.done')}</ActionButton>
        </Actions>
      </Question>
    </PhoneOffer>
  );
}
