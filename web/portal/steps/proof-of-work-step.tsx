import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Aside, Prose, QuietLink } from '../../ui/layout.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { Question } from '../../ui/question.tsx';
import { useWork } from '../work/use-work.ts';
import { type StepProps, useStepMessages } from './step-props.ts';

/** What is said aloud of the progress, in hundredths: seldom enough to be listened to. */
const SAID_EVERY = 25;

/** The browser works for some seconds and the page goes on by itself. There is nothing to see, to solve or to press. */
export function ProofOfWorkStep(props: StepProps<'proof-of-work'>) {
  const { step, busy, answer, failure } = props;
  const { t } = useTranslation();
  const [round, setRound] = useState(0);
  const work = useWork(step.challenge, round);
  const { mistakes, message, focusOn } = useStepMessages(props);
  const percent = work.name === 'working' ? Math.min(99, Math.floor((work.tries / step.difficulty) * 100)) : 100;
  const solution = work.name === 'solved' ? work.solution : undefined;

  useEffect(() => {
    if (solution !== undefined) void answer(solution);
  }, [solution, answer]);

  // While the work goes on nothing is lost yet, even if the way back just failed.
  const stuck = work.name === 'failed' || (solution !== undefined && failure !== undefined);
  const tryAgain = () => {
    // Work that is done is kept: on a slow device it took minutes.
    if (solution !== undefined) void answer(solution);
    else setRound((count) => count + 1);
  };
  return (
    <Question
      title={t(stuck ? `work.title.${work.name}` : 'work.title')}
      icon="clock"
      progress={t('progress.proof')}
      message={message}
      mistakes={work.name === 'failed' ? [{ text: t('work.failed') }] : mistakes}
      focusOn={work.name === 'failed' ? work : focusOn}
    >
      {stuck ? (
        <Actions>
          <ActionButton type="button" busy={busy} onPress={tryAgain}>
            {t('action.try-again')}
          </ActionButton>
        </Actions>
      ) : (
        <>
          <Prose>
            <p>{t('work.text')}</p>
          </Prose>
          <ProgressBar label={t('work.progress')} percent={percent} text={t('work.done', { percent })} />
        </>
      )}
      <Announcement>{stuck ? '' : t('work.done', { percent: percent - (percent % SAID_EVERY) })}</Announcement>
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{t('work.back')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
