import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { setUpApi } from './set-up-api.ts';

/** The link from the console. Nothing is spent before the button is pressed. */
export function OpenSetUpPage({ secret, onOpened }: { secret: string; onOpened: () => void }) {
  const { t } = useTranslation('set-up');
  const { t: portal } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    const outcome = await setUpApi.open(secret);
    setBusy(false);
    if (outcome.ok) return onOpened();
    setMistake(mistakeOf(outcome.failure, portal));
  };
  return (
    <Question
      title={t('title')}
      icon="key"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('open.text')}</p>
      </Prose>
      {window.location.protocol === 'http:' && <Notice tone="warning">{t('open.plain')}</Notice>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('open.button')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
