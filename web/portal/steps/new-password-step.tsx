import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../../api.ts';
import { formatList, formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Aside, Exact, Help, NextLine, Prose, QuietLink } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { RuleList } from '../../ui/rule-list.tsx';
import { SecretField } from '../../ui/secret-field.tsx';
import { useVerdicts } from '../password/use-verdicts.ts';
import { LeaveRest, SoFar } from './so-far.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

const FIELD = 'new-password';
const RULES = 'new-password-rules';

/** "Choose a new password": the rules answer while one types, the directory's own as far as they can be known before. */
export function NewPasswordStep(props: StepProps<'new-password'>) {
  const { journey, step, busy, answer, end } = props;
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [suggested, setSuggested] = useState(false);
  const [own, setOwn] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, FIELD, own);
  // When it may be changed again is said as a sentence of its own: it is no property of the password.
  const rules = useMemo(() => step.rules.filter((rule) => rule.code !== 'password.too-young'), [step.rules]);
  const { verdicts, unreachable, strength } = useVerdicts({ journey, password, rules, refused: step.verdicts, saving: busy, onEnded: end });
  const labels = useMemo(() => step.accounts.map((account) => account.label), [step.accounts]);
  const decided = verdicts.filter((verdict) => verdict.state !== 'server');
  const met = decided.filter((verdict) => verdict.state === 'met').length;

  const change = (value: string) => {
    setPassword(value);
    setSuggested(false);
  };
  const suggest = async () => {
    const { suggestPassphrase } = await import('../password/suggest-passphrase.ts');
    setPassword(suggestPassphrase(step.rules));
    setShown(true);
    setSuggested(true);
    setOwn(undefined);
  };
  const submit = () => {
    if (password === '') return setOwn({ text: t('new-password.missing'), field: FIELD });
    const broken = verdicts.find((verdict) => verdict.state === 'broken');
    if (broken !== undefined) return setOwn({ text: broken.refusal ?? t('new-password.not-yet', { rule: broken.text }), field: FIELD });
    setOwn(undefined);
    setShown(false);
    void answer({ password });
  };

  return (
    <Question
      title={t('new-password.title')}
      progress={t('progress.password')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      <SoFar results={step.results} />
      <Prose>
        <p>{t('new-password.for', { accounts: formatList(labels) })}</p>
      </Prose>
      {step.changeableAt !== null && Date.parse(step.changeableAt) > serverNow() && (
        <Notice tone="warning">{t('new-password.changeable-at', { time: formatTime(step.changeableAt) })}</Notice>
      )}
      {/* Password managers file the new password under this name. */}
      <input type="text" name="username" autoComplete="username" value={step.accounts[0]?.login ?? ''} readOnly hidden />
      <SecretField
        id={FIELD}
        label={t('new-password.label')}
        error={fieldError}
        value={password}
        onChange={change}
        shown={shown}
        onShow={setShown}
        describedBy={RULES}
      />
      <Help>
        {strength !== undefined && (
          <p>
            {t('strength.label')}: <strong>{t(`strength.${strength}`)}</strong>
          </p>
        )}
        <QuietLink onPress={() => void suggest()}>{t('new-password.suggest')}</QuietLink>
      </Help>
      {suggested && shown && (
        <Notice>
          {t('new-password.suggested')}
          <Exact>{password}</Exact>
        </Notice>
      )}
      {verdicts.length > 0 && (
        <RuleList
          id={RULES}
          title={t('new-password.rules')}
          lines={verdicts.map(({ text, state }) => ({
            text,
            state,
            word: t(state === 'met' ? 'new-password.rule.met' : state === 'server' ? 'new-password.rule.server' : 'new-password.rule.open'),
          }))}
        />
      )}
      {unreachable && <Notice tone="warning">{t('new-password.check-failed')}</Notice>}
      <Announcement>
        {password === ''
          ? ''
          : met === decided.length
            ? t('new-password.all-met')
            : t('new-password.progress', { met, all: decided.length })}
      </Announcement>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('new-password.save')}
        </ActionButton>
      </Actions>
      <NextLine>{t('new-password.next')}</NextLine>
      <LeaveRest mayFinish={step.mayFinish} busy={busy} onFinish={() => void answer({ finish: true })} />
      {step.mayKeepPassword && (
        <Aside>
          <p>{t('new-password.keep.hint')}</p>
          <ActionButton look="secondary" onPress={() => void answer({ keepPassword: true })}>
            {t('new-password.keep')}
          </ActionButton>
        </Aside>
      )}
    </Question>
  );
}
