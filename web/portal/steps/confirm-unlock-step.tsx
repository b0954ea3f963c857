import { useTranslation } from 'react-i18next';
import { formatList } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, NextLine, Prose } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { LeaveRest, SoFar } from './so-far.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

/** "Unlock your account?" */
export function ConfirmUnlockStep(props: StepProps<'confirm-unlock'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const { mistakes, message, focusOn } = useStepMessages(props);
  return (
    <Question
      title={t('confirm-unlock.title')}
      progress={t('progress.unlock')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={() => void answer({ confirm: true })}
    >
      <SoFar results={step.results} />
      <Prose>
        <p>{t('confirm-unlock.for', { accounts: formatList(step.accounts.map((account) => account.label)) })}</p>
      </Prose>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('confirm-unlock.save')}
        </ActionButton>
      </Actions>
      <NextLine>{t('confirm-unlock.next')}</NextLine>
      <LeaveRest mayFinish={step.mayFinish} busy={busy} onFinish={() => void answer({ finish: true })} />
    </Question>
  );
}
