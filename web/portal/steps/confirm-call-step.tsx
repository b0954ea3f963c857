import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plainCode } from '../../../shared/plain-code.ts';
import { formatList } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Digits, NextLine, Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

const FIELD = 'number';

/** Who is on the telephone and what for. The person asks for one number and types another: neither end can pretend. */
export function ConfirmCallStep(props: StepProps<'confirm-call'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [number, setNumber] = useState('');
  const [own, setOwn] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, FIELD, own);
  if (step.call === null) return <NoCall {...props} />;

  const submit = () => {
    const typed = plainCode(number);
    if (typed === '') return setOwn({ text: t('call.number.missing'), field: FIELD });
    setOwn(undefined);
    void answer({ number: typed }).then((failure) => failure === undefined && setNumber(''));
  };
  return (
    <Question
      title={t('call.title', { agent: step.call.agent })}
      progress={t('progress.finish')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      <Prose>
        <p>{t(`call.action.${step.call.action}`, { agent: step.call.agent })}</p>
        {step.call.kinds !== undefined && (
          <p>
            <strong>{formatList(step.call.kinds.map((kind) => t(`kind.${kind}`)))}</strong>
          </p>
        )}
        <p>{t('call.shown')}</p>
      </Prose>
      <Digits>{step.call.shown}</Digits>
      <TextField
        id={FIELD}
        label={t('call.number')}
        hint={t('call.number.hint')}
        error={fieldError}
        value={number}
        onChange={setNumber}
        autoComplete="off"
        inputMode="numeric"
        width="code"
      />
      {step.attemptsLeft !== undefined && <NextLine>{t('code.attempts', { count: step.attemptsLeft })}</NextLine>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('call.confirm')}
        </ActionButton>
      </Actions>
      <Aside>
        <p>{t('call.not-mine.text')}</p>
        <ActionButton look="danger" busy={busy} onPress={() => void answer({ notMine: true })}>
          {t('call.not-mine')}
        </ActionButton>
      </Aside>
    </Question>
  );
}

/** Nobody of the helpdesk has opened a case about the person. */
function NoCall(props: StepProps<'confirm-call'>) {
  const { busy, answer } = props;
  const { t } = useTranslation();
  const { mistakes, message, focusOn } = useStepMessages(props);
  return (
    <Question title={t('call.none')} icon="alert" tone="warning" message={message} mistakes={mistakes} focusOn={focusOn}>
      <Prose>
        <p>{t('call.none.text')}</p>
        <p>{t('call.none.false')}</p>
      </Prose>
      <Actions>
        <ActionButton busy={busy} onPress={() => void answer({ look: true })}>
          {t('call.look')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
