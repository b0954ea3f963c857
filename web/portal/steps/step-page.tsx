import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import type { Step } from '../../../shared/api/journeys.ts';
import { SimplePage } from '../simple-page.tsx';
import { ChooseAccountsStep } from './choose-accounts-step.tsx';
import { ChooseFactorStep } from './choose-factor-step.tsx';
import { CodeStep } from './code-step.tsx';
import { ConfirmUnlockStep } from './confirm-unlock-step.tsx';
import { DoneStep } from './done-step.tsx';
import { ProofOfWorkStep } from './proof-of-work-step.tsx';
import { RefusedStep } from './refused-step.tsx';
import type { StepProps } from './step-props.ts';
import { WaitingStep } from './waiting-step.tsx';

const NewPasswordStep = lazy(() => import('./new-password-step.tsx').then((module) => ({ default: module.NewPasswordStep })));

const ConfirmCallStep = lazy(() => import('./confirm-call-step.tsx').then((module) => ({ default: module.ConfirmCallStep })));

const PasskeyStep = lazy(() => import('./passkey-step.tsx').then((module) => ({ default: module.PasskeyStep })));

const QuestionsStep = lazy(() => import('./questions-step.tsx').then((module) => ({ default: module.QuestionsStep })));

const LinkedPasswordStep = lazy(() => import('./linked-password-step.tsx').then((module) => ({ default: module.LinkedPasswordStep })));

type AnyStepProps = Omit<StepProps<never>, 'step'> & { step: Step };

/** Draws the step that the server has decided on. A kind that this page does not know is newer than the page. */
export function StepPage({ step, ...rest }: AnyStepProps) {
  const { t } = useTranslation();
  switch (step.kind) {
    case 'proof-of-work':
      return <ProofOfWorkStep key={step.id} step={step} {...rest} />;
    case 'choose-factor':
      return <ChooseFactorStep key={step.id} step={step} {...rest} />;
    case 'code':
      return <CodeStep key={step.id} step={step} {...rest} />;
    case 'passkey':
      return <PasskeyStep key={step.id} step={step} {...rest} />;
    case 'questions':
      return <QuestionsStep key={step.id} step={step} {...rest} />;
    case 'linked-password':
      return <LinkedPasswordStep key={step.id} step={step} {...rest} />;
    case 'choose-accounts':
      return <ChooseAccountsStep key={step.id} step={step} {...rest} />;
    case 'new-password':
      return <NewPasswordStep key={step.kind} step={step} {...rest} />;
    case 'confirm-unlock':
      return <ConfirmUnlockStep key={step.id} step={step} {...rest} />;
    case 'confirm-call':
      return <ConfirmCallStep key={step.id} step={step} {...rest} />;
    case 'waiting':
      return <WaitingStep key={step.kind} step={step} {...rest} />;
    case 'done':
      return <DoneStep key={step.id} step={step} {...rest} />;
    case 'refused':
      return <RefusedStep key={step.id} step={step} {...rest} />;
    default:
      return (
        <SimplePage
          title={t('unknown.title')}
          paragraphs={[t('unknown.text')]}
          action={{ label: t('action.reload'), onPress: () => window.location.reload() }}
        />
      );
  }
}
