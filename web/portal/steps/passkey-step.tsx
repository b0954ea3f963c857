import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Prose, QuietLink } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { askPasskey } from '../passkey/ask-passkey.ts';
import { type StepProps, useStepMessages } from './step-props.ts';

/** The device asks for the passkey; this page only says so, and what to do when it does not work. */
export function PasskeyStep(props: StepProps<'passkey'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [own, setOwn] = useState<Mistake>();
  const [asking, setAsking] = useState(false);
  const { mistakes, message, focusOn } = useStepMessages(props, undefined, own);

  const ask = async () => {
    setOwn(undefined);
    setAsking(true);
    const asked = await askPasskey(step.publicKey);
    setAsking(false);
    if (!asked.ok) return setOwn({ text: t(`passkey.trouble.${asked.trouble}`) });
    void answer({ credential: asked.credential });
  };

  return (
    <Question
      title={t('passkey.title')}
      icon="key"
      progress={t('progress.proof')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={() => void ask()}
    >
      <Prose>
        <p>{t('passkey.text')}</p>
      </Prose>
      <Actions>
        <ActionButton type="submit" busy={busy || asking}>
          {t('passkey.use')}
        </ActionButton>
      </Actions>
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{t('code.other-way')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
