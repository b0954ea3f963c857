import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenStep } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { meApi } from './me-api.ts';
import { Proofs } from './proofs.tsx';
import { useMeTexts } from './use-me-texts.ts';

interface PhonePageProps {
  contact: string;
  go: (to: string) => void;
}

/** What a QR code opens on the phone. Its secret is in the fragment, and nothing is spent before the button is pressed. */
export function PhonePage(props: PhonePageProps) {
  return useMeTexts() ? <PhoneContent {...props} /> : <Skeleton />;
}

function PhoneContent({ contact, go }: PhonePageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [link] = useState(() => window.location.hash.slice(1));
  const [opened, setOpened] = useState<OpenStep>();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const [isInvalid, setIsInvalid] = useState(false);

  const toStart = { label: portal('action.to-start'), onPress: () => go('/') };
  // The schema allows 20 to 128 characters: less is an address that was cut.
  if (isInvalid || (opened === undefined && (link.length < 20 || link.length > 128)))
    return <SimplePage title={t('phone.invalid')} paragraphs={[t('phone.invalid.text')]} action={toStart} />;
  if (opened !== undefined) {
    const again = () => {
      setOpened(undefined);
      setIsInvalid(true);
    };
    return <Proofs opened={opened} contact={contact} take={meApi.openSession} onTaken={() => go('/me')} onAgain={again} />;
  }
  const open = async () => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    const outcome = await meApi.openOnPhone(link);
    setBusy(false);
    if (outcome.ok) {
      // Spent: it has no business in the history of this browser.
      window.history.replaceState(null, '', '/phone');
      return setOpened(outcome.value);
    }
    const { failure } = outcome;
    if (failure.kind === 'problem' && ['enrolment.phone-link-invalid', 'request.malformed'].includes(failure.code)) setIsInvalid(true);
    else setMistake(mistakeOf(failure, portal));
  };
  return (
    <Question
      title={t('phone.here')}
      icon="key"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake}
      onSubmit={() => void open()}
    >
      <Prose>
        <p>{t('phone.here.text')}</p>
      </Prose>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {portal('action.continue')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
