import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenStep, Outcome } from '../api.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { useAsked } from '../use-asked.ts';

interface OpenLinkPageProps {
  /** What is done here: a key of the words. */
  what: 'enrol' | 'hand-over';
  /** It was opened once, and leads nowhere any more. */
  spent?: boolean;
  open: (link: string) => Promise<Outcome<OpenStep>>;
  onOpened: (step: OpenStep) => void;
  onLeave: () => void;
}

/** What a QR code opens on the phone. Its secret is in the fragment, and nothing is spent before the button is pressed. */
export function OpenLinkPage({ what, spent = false, open, onOpened, onLeave }: OpenLinkPageProps) {
  const { t } = useTranslation('phone');
  const { t: portal } = useTranslation();
  const [link] = useState(() => window.location.hash.slice(1));
  const [isInvalid, setIsInvalid] = useState(spent);
  const { busy, mistake, mistakes, send } = useAsked();

  // The schema allows 20 to 128 characters: less is an address that was cut.
  if (isInvalid || link.length < 20 || link.length > 128) {
    const toStart = { label: portal('action.to-start'), onPress: onLeave };
    return <SimplePage title={t('invalid')} paragraphs={[t('invalid.text')]} action={toStart} />;
  }
  const submit = () =>
    void send(async () => {
      const outcome = await open(link);
      if (outcome.ok) {
        // Spent: it has no business in the history of this browser.
        window.history.replaceState(null, '', window.location.pathname);
        onOpened(outcome.value);
        return undefined;
      }
      const { failure } = outcome;
      if (failure.kind !== 'problem' || !['phone.link-invalid', 'request.malformed'].includes(failure.code)) return failure;
      setIsInvalid(true);
      return undefined;
    });
  return (
    <Question title={t(`${what}.here`)} icon="key" mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <Prose>
        <p>{t(`${what}.here.text`)}</p>
      </Prose>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {portal('action.continue')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
