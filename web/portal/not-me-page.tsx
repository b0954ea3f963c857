import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../api.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { useOpenedLink } from '../use-opened-link.ts';
import { mistakeOf } from './mistake-of.ts';
import { SimplePage } from './simple-page.tsx';

/**
 * The link from a notice. Its token is in the fragment, which no server, proxy or mail scanner gets to see, and
 * nothing is spent before the button is pressed.
 */
export function NotMePage({ contact }: { contact: string }) {
  const [token] = useOpenedLink();
  return <NotMe key={token} token={token} contact={contact} />;
}

function NotMe({ token, contact }: { token: string; contact: string }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const [end, setEnd] = useState<{ kind: 'frozen' | 'invalid'; contact: string }>();

  // The token's schema allows 20 to 128 characters: less is a link that was cut.
  if (token.length < 20 || token.length > 128) {
    return <SimplePage title={t('not-me.missing.title')} paragraphs={[t('not-me.missing.text')]} />;
  }
  if (end?.kind === 'invalid') {
    return <SimplePage title={t('not-me.invalid.title')} paragraphs={[t('not-me.invalid.text'), end.contact]} />;
  }
  if (end?.kind === 'frozen') {
    return (
      <Question title={t('not-me.done.title')} icon="check" tone="good" focusOn="done">
        <Prose>
          <p>{t('not-me.done.text')}</p>
          <p>
            <strong>{end.contact}</strong>
          </p>
        </Prose>
      </Question>
    );
  }

  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const outcome = await api.notMe(token);
    setBusy(false);
    if (outcome.ok) {
      // Spent: it has no business in the history of this browser.
      window.history.replaceState(null, '', '/not-me');
      return setEnd({ kind: 'frozen', contact: outcome.value.contact });
    }
    const { failure } = outcome;
    if (failure.kind === 'problem' && ['notice.link-invalid', 'request.malformed'].includes(failure.code))
      return setEnd({ kind: 'invalid', contact });
    setMistake(mistakeOf(failure, t));
  };

  return (
    <Question title={t('not-me.title')} mistakes={mistake ? [mistake] : []} focusOn={mistake} onSubmit={() => void submit()}>
      <Prose>
        <p>{t('not-me.text')}</p>
        <h2>{t('not-me.effect')}</h2>
        <ul>
          <li>{t('not-me.effect.frozen')}</li>
          <li>{t('not-me.effect.alarm')}</li>
          <li>{t('not-me.effect.nothing')}</li>
        </ul>
      </Prose>
      <Actions>
        <ActionButton type="submit" look="danger" busy={busy}>
          {t('not-me.button')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
