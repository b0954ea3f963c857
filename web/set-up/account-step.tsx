import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckedDirectory } from '../../shared/api/set-up.ts';
import { fixParts } from '../../shared/fix-text.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { TextField } from '../ui/text-field.tsx';
import classes from './set-up.module.css';
import { setUpApi } from './set-up-api.ts';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

const ACCOUNT = 'set-up-account';
const PASSWORD = 'set-up-password';

/** The service account, what to grant it, and whether it has it. */
export function AccountStep(props: StepProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const { directory } = setUp.answers;
  const step = useStep(props);
  const [account, setAccount] = useState(directory?.account ?? '');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState<CheckedDirectory>();
  const isSaved = directory?.account === account && password === '' && setUp.known.directory;

  // What is known already is checked when somebody comes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on arrival
  useEffect(() => {
    if (setUp.known.directory) void check();
  }, []);
  const check = async () => {
    const answer = await step.ask(setUpApi.checkDirectory);
    if (answer !== undefined) setChecked(answer.value);
  };
  const saveAndCheck = async () => {
    if (directory === undefined) return;
    const missing = account.trim() === '' ? ACCOUNT : password === '' && !isSaved ? PASSWORD : undefined;
    if (missing !== undefined) return step.setMistakes([{ text: t('account.missing'), field: missing }]);
    const typed = password === '' ? {} : { directory: password };
    if ((await step.save({ directory: { ...directory, account: account.trim() } }, typed)) === undefined) return;
    setPassword('');
    await check();
  };
  const hasErrors = checked?.findings.some(({ level }) => level === 'error') === true;
  return (
    <StepForm
      title={t('account.title')}
      progress={progress}
      step={step}
      submit={t(checked !== undefined && isSaved ? 'next' : 'account.button')}
      onSubmit={() => void (checked !== undefined && isSaved ? onNext() : saveAndCheck())}
      onBack={onBack}
    >
      <Prose>
        <p>{t('account.text')}</p>
      </Prose>
      <TextField
        id={ACCOUNT}
        label={t('account.label')}
        hint={t('account.hint')}
        error={errorOf(step.mistakes, ACCOUNT)}
        value={account}
        onChange={setAccount}
        autoComplete="off"
      />
      <TextField
        id={PASSWORD}
        type="password"
        label={t('account.password')}
        {...(setUp.known.directory ? { hint: t('account.password.known') } : {})}
        error={errorOf(step.mistakes, PASSWORD)}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      {checked !== undefined && (
        <>
          <Findings checked={checked} />
          {hasErrors && <Notice tone="warning">{t('account.not-yet')}</Notice>}
          <Delegations checked={checked} />
          {isSaved && (
            <ActionButton look="secondary" busy={step.busy} onPress={() => void check()}>
              {t('account.again')}
            </ActionButton>
          )}
        </>
      )}
    </StepForm>
  );
}

function Findings({ checked: { findings, people } }: { checked: CheckedDirectory }) {
  const { t, i18n } = useTranslation('set-up');
  const wordsOf = (text: string) =>
    i18n.exists(`account.may.${text}`, { ns: 'set-up' }) ? t(`account.may.${text}`) : <span lang="en">{text}</span>;
  return (
    <section className={classes.part} aria-live="polite">
      <h2>{t('account.findings')}</h2>
      {people !== null && (
        <p>{people.more ? t('account.people.more', { count: people.count }) : t('account.people', { count: people.count })}</p>
      )}
      <ul className={classes.list}>
        {findings.map(({ level, text, fix }) => {
          const parts = fix === null ? null : fixParts(fix);
          return (
            <li key={`${level} ${text}`}>
              <strong>{t(`account.level.${level}`)}</strong>: {wordsOf(text)}
              {parts !== null && (
                <div className={classes.quiet} lang="en">
                  {parts.sentence}
                </div>
              )}
              {parts !== null && parts.lines.length > 0 && <pre className={classes.pasted}>{parts.lines.join('\n')}</pre>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Delegations({ checked: { delegations } }: { checked: CheckedDirectory }) {
  const { t } = useTranslation('set-up');
  if (delegations.length === 0) return null;
  return (
    <section className={classes.part}>
      <h2>{t('account.delegation')}</h2>
      <p>{t('account.delegation.text')}</p>
      {delegations.map(({ form, text }) => (
        <details key={form}>
          <summary>{t(`account.form.${form}`)}</summary>
          <pre className={classes.pasted}>{text}</pre>
        </details>
      ))}
    </section>
  );
}
