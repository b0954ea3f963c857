import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenStep, Outcome } from '../api.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useAsked } from '../use-asked.ts';
import { useOpenedLink } from '../use-opened-link.ts';

interface OpenLinkPageProps {
  /** What is done here: a key of the words. */
  what: 'enrol' | 'hand-over' | 'helpdesk' | 'first-reset';
  /** `typed`: the number that belongs to it, where the page asks for one. */
  open: (link: string, typed: string) => Promise<Outcome<OpenStep>>;
  asksNumber?: boolean;
  onOpened: (step: OpenStep) => void;
  onLeave: () => void;
}

/** A link that leads nowhere, or is none. */
const INVALID: ReadonlySet<string> = new Set([
  'phone.link-invalid',
  'helpdesk-link.invalid',
  'set-up.reset-link-invalid',
  'request.malformed',
]);

/** What a QR code opens on the phone, or a link of the helpdesk anywhere. Its secret is in the fragment, and nothing is spent before the button is pressed. */
export function OpenLinkPage(props: OpenLinkPageProps) {
  const [link] = useOpenedLink();
  return <OpenLink key={link} link={link} {...props} />;
}

function OpenLink({ link, what, asksNumber = false, open, onOpened, onLeave }: OpenLinkPageProps & { link: string }) {
  const { t } = useTranslation('phone');
  const { t: portal } = useTranslation();
  const [isInvalid, setIsInvalid] = useState(false);
  const { busy, mistake, mistakes, send, missing } = useAsked(asksNumber ? 'number' : undefined);
  const [typed, setTyped] = useState('');
  const words = what === 'helpdesk' || what === 'first-reset' ? `${what}.invalid` : 'invalid';

  // The schema allows 20 to 128 characters: less is an address that was cut.
  if (isInvalid || link.length < 20 || link.length > 128) {
    const toStart = { label: portal('action.to-start'), onPress: onLeave };
    return <SimplePage title={t(words)} paragraphs={[t(`${words}.text`)]} action={toStart} />;
  }
  const submit = () => {
    if (asksNumber && typed.trim() === '') return missing(t('helpdesk.number.missing'));
    void send(async () => {
      const outcome = await open(link, typed.trim());
      if (outcome.ok) {
        // Spent: it has no business in the history of this browser.
        window.history.replaceState(null, '', window.location.pathname);
        onOpened(outcome.value);
        return undefined;
      }
      const { failure } = outcome;
      if (failure.kind !== 'problem' || !INVALID.has(failure.code)) return failure;
      setIsInvalid(true);
      return undefined;
    });
  };
  return (
    <Question title={t(`${what}.here`)} icon="key" mistakes={mistakes} focusOn={mistake} onSubmit={submit}>
      <Prose>
        <p>{t(`${what}.here.text`)}</p>
      </Prose>
      {asksNumber && (
        <TextField
          id="number"
          label={t('helpdesk.number')}
          hint={t('helpdesk.number.hint')}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          inputMode="numeric"
          width="code"
          error={mistake?.field === 'number' ? mistake.text : undefined}
        />
      )}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {portal('action.continue')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
