import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { FactorKind, Result } from '../../../shared/api/journeys.ts';
import { formatList } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, NextLine, Prose, QuietLink } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { ResultList } from '../../ui/result-list.tsx';
import { resultLines, TONES } from './result-lines.ts';
import { type StepProps, useStepMessages } from './step-props.ts';

const AddPasskey = lazy(() => import('../passkey/add-passkey.tsx').then((module) => ({ default: module.AddPasskey })));

type Outcome = Result['outcome'];

/** Whoever is told by mail does not know yet by which name to sign in, and a call goes on. */
const signsIn = (outcome: Outcome) => TONES[outcome] === 'good' && !['mailed', 'call-confirmed', 'call-denied'].includes(outcome);

/** What is now true, for which accounts, and what to do next. */
export function DoneStep(props: StepProps<'done'>) {
  const { step } = props;
  const { t } = useTranslation();
  const { mistakes, message, focusOn } = useStepMessages(props);
  const outcomes = new Set(step.results.map((result) => result.outcome));
  const [only] = outcomes;
  const title = outcomes.size === 1 && only !== undefined ? only : 'mixed';
  const kinds = (of: readonly FactorKind[]) => formatList(of.map((kind) => t(`kind.${kind}`)));
  const { proven = [], missing = [] } = step.nextTime ?? {};
  // A passkey is offered on this page.
  const others = missing.filter((kind) => step.offers?.some((offer) => offer.kind === kind) !== true);
  const tones = new Set(step.results.map((result) => TONES[result.outcome]));
  const tone = tones.has('danger') ? (tones.size === 1 ? 'danger' : 'warning') : tones.has('warning') ? 'warning' : 'good';

  return (
    <Question
      title={t(tone === 'good' && title === 'mixed' ? 'done.title.password-reset' : `done.title.${title}`)}
      icon={tone === 'good' ? 'check' : 'alert'}
      tone={tone}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
    >
      <ResultList label={t('done.accounts')} lines={resultLines(step.results, t)} />
      {step.nextSteps !== undefined && step.nextSteps.length > 0 && (
        <Prose>
          <h2>{t('done.next')}</h2>
          <ul>
            {step.nextSteps.map((next) => (
              <li key={next}>{next}</li>
            ))}
          </ul>
        </Prose>
      )}
      {step.offers?.map(({ kind, right }) => (
        <Suspense key={kind} fallback={null}>
          <AddPasskey right={right} proven={proven.length > 0 ? kinds(proven) : undefined} />
        </Suspense>
      ))}
      {props.onSetUp !== undefined && step.results.some(({ outcome }) => signsIn(outcome)) && (
        <Aside>
          <Prose>
            <h2>{t('done.set-up.title')}</h2>
            <p>{others.length > 0 ? t('done.set-up.missing', { kinds: kinds(others) }) : t('done.set-up.text')}</p>
          </Prose>
          <QuietLink onPress={props.onSetUp}>{t('done.set-up.link')}</QuietLink>
        </Aside>
      )}
      {tone === 'good' ? (
        <NextLine>{t('done.close')}</NextLine>
      ) : (
        <Actions>
          <ActionButton look="secondary" onPress={props.onLeave}>
            {t('action.start-again')}
          </ActionButton>
        </Actions>
      )}
    </Question>
  );
}
