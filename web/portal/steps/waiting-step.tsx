import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../../format.ts';
import { Aside, Digits, Prose, QuietLink } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

const SHORTEST_POLL_SECONDS = 0.5;
const LONGEST_POLL_SECONDS = 60;
const OFFLINE_POLL_SECONDS = 5;

/** Waits for somebody else, or for the directory, and asks again by itself. */
export function WaitingStep(props: StepProps<'waiting'>) {
  const { step, answer } = props;
  const { t } = useTranslation();
  const [offline, setOffline] = useState(false);
  const [polls, setPolls] = useState(0);
  const { mistakes, message } = useStepMessages(props);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each poll, answered or not, arms the next one.
  useEffect(() => {
    const seconds = Math.min(Math.max(step.pollAfter, offline ? OFFLINE_POLL_SECONDS : SHORTEST_POLL_SECONDS), LONGEST_POLL_SECONDS);
    const timer = setTimeout(() => {
      void answer({}, { quiet: true }).then((failure) => {
        setOffline(failure !== undefined);
        setPolls((count) => count + 1);
      });
    }, seconds * 1000);
    return () => clearTimeout(timer);
  }, [step, answer, offline, polls]);

  return (
    <Question
      title={t(`waiting.title.${step.for}`)}
      icon="clock"
      {...(step.for === 'computer' ? {} : { progress: t(step.for === 'directory' ? 'progress.finish' : 'progress.proof') })}
      message={message}
      mistakes={mistakes}
      focusOn={step.for}
    >
      <Prose>
        <p>{t(`waiting.text.${step.for}`)}</p>
      </Prose>
      {step.digits !== undefined && <Digits>{step.digits}</Digits>}
      {step.for === 'manager' && step.expiresAt !== undefined && (
        <Prose>
          <p>{t('waiting.until.manager', { time: formatTime(step.expiresAt), page: `${window.location.host}/recover` })}</p>
        </Prose>
      )}
      {offline && <Notice tone="warning">{t('waiting.offline')}</Notice>}
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{t('code.other-way')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
