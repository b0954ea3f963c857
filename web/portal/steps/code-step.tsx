import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canBeCode, plainCode } from '../../../shared/plain-code.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, NextLine, QuietLink } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useServerTimeReached } from '../use-server-time-reached.ts';
import { type StepProps, useStepMessages } from './step-props.ts';

const FIELD = 'code';
const NUMERIC = ['email', 'sms', 'totp'];
/** Not sent, and typed from paper or as it was read out: nothing that a phone fills in. */
const READ = ['recovery-code', 'temporary-pass'];
const TITLED = [...NUMERIC, ...READ];
const HINTED = ['totp', ...READ];

/** One field for the code. Spaces and dashes do not matter, pasting works, nothing is sent by itself. */
export function CodeStep(props: StepProps<'code'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [own, setOwn] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, FIELD, own);
  const kind = step.factor.kind;
  const numeric = NUMERIC.includes(kind);
  const hint = t(HINTED.includes(kind) ? `code.hint.${kind}` : numeric ? 'code.hint' : 'code.hint.other', { length: step.length });

  const submit = () => {
    const typed = plainCode(code);
    if (typed === '') return setOwn({ text: t('code.missing'), field: FIELD });
    // Caught here, because a slip of the finger should not cost one of the few tries.
    if (numeric && !canBeCode(typed, step.length)) {
      return setOwn({ text: t('code.wrong-length', { length: step.length }), field: FIELD });
    }
    setOwn(undefined);
    void answer({ code: typed }).then((failure) => {
      // A code that was judged is of no more use; one that never arrived is.
      if (failure === undefined) setCode('');
    });
  };

  return (
    <Question
      title={t(TITLED.includes(kind) ? `code.title.${kind}` : 'code.title.other')}
      progress={t('progress.proof')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      {step.sentAt !== null && <NextLine>{t('code.sent', { time: formatTime(step.expiresAt) })}</NextLine>}
      <TextField
        id={FIELD}
        label={t('code.label')}
        hint={hint}
        error={fieldError}
        value={code}
        onChange={setCode}
        autoComplete={READ.includes(kind) ? 'off' : 'one-time-code'}
        inputMode={numeric ? 'numeric' : 'text'}
        width={numeric ? 'code' : 'full'}
      />
      {step.attemptsLeft !== undefined && <NextLine>{t('code.attempts', { count: step.attemptsLeft })}</NextLine>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
      </Actions>
      {(step.resendAt !== null || step.canGoBack) && (
        <Aside>
          {step.resendAt !== null && (
            <>
              <p>{t(kind === 'sms' ? 'code.not-there.sms' : 'code.not-there')}</p>
              <Resend at={step.resendAt} onPress={() => void answer({ resend: true })} />
            </>
          )}
          {step.canGoBack && <QuietLink onPress={() => void answer({ back: true })}>{t('code.other-way')}</QuietLink>}
        </Aside>
      )}
    </Question>
  );
}

function Resend({ at, onPress }: { at: string; onPress: () => void }) {
  const { t } = useTranslation();
  const possible = useServerTimeReached(at);
  return possible ? (
    <ActionButton look="secondary" onPress={onPress}>
      {t('code.resend')}
    </ActionButton>
  ) : (
    <p>{t('code.resend.later', { time: formatTime(at) })}</p>
  );
}
