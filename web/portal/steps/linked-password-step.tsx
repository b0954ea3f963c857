import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { ChoiceCards } from '../../ui/choice-cards.tsx';
import { Actions, Aside, NextLine, QuietLink } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

const ACCOUNT = 'linked-account';
const FIELD = 'linked-password';

/** The password of another account of the person: which one is asked only where there are several. */
export function LinkedPasswordStep(props: StepProps<'linked-password'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [only, ...others] = step.accounts;
  const [account, setAccount] = useState(others.length === 0 ? (only?.id ?? '') : '');
  const [password, setPassword] = useState('');
  const [own, setOwn] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, FIELD, own);

  const submit = () => {
    if (account === '') return setOwn({ text: t('linked-password.choose.missing'), field: ACCOUNT });
    if (password === '') return setOwn({ text: t('linked-password.missing'), field: FIELD });
    setOwn(undefined);
    void answer({ account, password });
  };

  return (
    <Question
      title={t('linked-password.title')}
      progress={t('progress.proof')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      {others.length > 0 && (
        <ChoiceCards
          id={ACCOUNT}
          question={t('linked-password.choose')}
          choices={step.accounts.map(({ id, label }) => ({ value: id, label }))}
          selected={account === '' ? [] : [account]}
          onSelect={([chosen]) => setAccount(chosen ?? '')}
          error={own?.field === ACCOUNT ? own.text : undefined}
        />
      )}
      <TextField
        id={FIELD}
        label={others.length > 0 ? t('linked-password.label.any') : t('linked-password.label', { account: only?.label ?? '' })}
        error={fieldError}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="current-password"
      />
      {step.attemptsLeft !== undefined && <NextLine>{t('code.attempts', { count: step.attemptsLeft })}</NextLine>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
      </Actions>
      <NextLine>{t('linked-password.next')}</NextLine>
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{t('code.other-way')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
