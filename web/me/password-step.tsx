import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type StepProps, useStepMessages } from '../portal/steps/step-props.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Aside, NextLine, QuietLink } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';

const FIELD = 'current-password';

/** "Your password": the one of the directory, which judges it. */
export function PasswordStep(props: StepProps<'password'> & { account: string }) {
  const { step, busy, answer, account } = props;
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [password, setPassword] = useState('');
  const [own, setOwn] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, FIELD, own);
  const submit = () => {
    if (password === '') return setOwn({ text: t('password.missing'), field: FIELD });
    setOwn(undefined);
    void answer({ password });
  };
  return (
    <Question title={t('password.title')} message={message} mistakes={mistakes} focusOn={focusOn} onSubmit={submit}>
      {/* Password managers look for the name beside the password. */}
      <input type="text" name="username" autoComplete="username" value={account} readOnly hidden />
      <TextField
        id={FIELD}
        label={t('password.label')}
        hint={account === '' ? t('password.hint') : t('password.hint.of', { account })}
        error={fieldError}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="current-password"
      />
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {portal('action.continue')}
        </ActionButton>
      </Actions>
      <NextLine>{t('password.next')}</NextLine>
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{portal('code.other-way')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
