import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetUpAnswers } from '../../shared/api/set-up.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Notice } from '../ui/notice.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { setUpApi } from './set-up-api.ts';
import { errorOf, StepForm, type StepProps, useStep } from './step.tsx';

type Mail = NonNullable<SetUpAnswers['mail']>;
const SECURITIES = ['starttls', 'tls', 'none'] as const;
const HOST = 'set-up-mail-host';
const FROM = 'set-up-mail-from';
const TO = 'set-up-mail-to';
/** Enough to tell a mailbox from a slip; the server judges it exactly. */
const MAILBOX = /[^\s@<>]@[^\s@<>]+>?$/;

/** The mail server, and one message by it. */
export function MailStep(props: StepProps) {
  const { t } = useTranslation('set-up');
  const { setUp, progress, onNext, onBack } = props;
  const known = setUp.answers.mail;
  const step = useStep(props);
  const [mail, setMail] = useState<Mail>(known ?? { host: '', port: 587, security: 'starttls', user: '', from: '' });
  const [port, setPort] = useState(String(mail.port));
  const [password, setPassword] = useState('');
  const [to, setTo] = useState('');
  /** What was in the way of the last test; null: nothing. */
  const [trouble, setTrouble] = useState<{ problem: string; fix: string } | null>();
  const set = (changes: Partial<Mail>) => setMail({ ...mail, ...changes });

  const save = async () => {
    const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
    if (mail.host.trim() === '' || mail.from.trim() === '' || number < 1 || number > 65_535) {
      step.setMistakes([{ text: t('mail.missing'), field: HOST }]);
      return undefined;
    }
    if (!MAILBOX.test(mail.from.trim())) {
      step.setMistakes([{ text: t('mail.from.unlike'), field: FROM }]);
      return undefined;
    }
    const typed = password === '' ? {} : { mail: password };
    return step.save({ mail: { ...mail, host: mail.host.trim(), from: mail.from.trim(), port: number } }, typed);
  };
  const submit = async () => {
    if ((await save()) !== undefined) onNext();
  };
  const test = async () => {
    setTrouble(undefined);
    if (!MAILBOX.test(to.trim())) return step.setMistakes([{ text: t('mail.to.missing'), field: TO }]);
    if ((await save()) === undefined) return;
    setPassword('');
    const answer = await step.ask(() => setUpApi.testMail(to.trim()));
    setTrouble(answer?.value.trouble);
  };
  return (
    <StepForm title={t('mail.title')} progress={progress} step={step} submit={t('next')} onSubmit={() => void submit()} onBack={onBack}>
      <TextField
        id={HOST}
        label={t('mail.host')}
        error={errorOf(step.mistakes, HOST)}
        value={mail.host}
        onChange={(host) => set({ host })}
        autoComplete="off"
      />
      <TextField
        id="set-up-mail-port"
        label={t('mail.port')}
        width="code"
        inputMode="numeric"
        value={port}
        onChange={setPort}
        autoComplete="off"
      />
      <SelectField
        id="set-up-mail-security"
        label={t('mail.security')}
        value={mail.security}
        options={SECURITIES.map((value) => ({ value, label: t(`mail.security.${value}`) }))}
        onChange={(security) => set({ security: security as Mail['security'] })}
      />
      <TextField
        id="set-up-mail-user"
        label={t('mail.user')}
        hint={t('mail.user.hint')}
        value={mail.user}
        onChange={(user) => set({ user })}
        autoComplete="off"
      />
      <TextField
        id="set-up-mail-password"
        type="password"
        label={t('mail.password')}
        {...(setUp.known.mail ? { hint: t('account.password.known') } : {})}
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
      />
      <TextField
        id={FROM}
        label={t('mail.from')}
        hint={t('mail.from.hint')}
        error={errorOf(step.mistakes, FROM)}
        value={mail.from}
        onChange={(from) => set({ from })}
        autoComplete="off"
      />
      <TextField
        id={TO}
        label={t('mail.to')}
        error={errorOf(step.mistakes, TO)}
        inputMode="email"
        value={to}
        onChange={setTo}
        autoComplete="email"
      />
      <ActionButton look="secondary" busy={step.busy} onPress={() => void test()}>
        {t('mail.test')}
      </ActionButton>
      {trouble === null && <Notice>{t('mail.sent')}</Notice>}
      {trouble != null && (
        <Notice tone="warning">
          {t('mail.refused')} <span lang="en">{trouble.problem}</span>
          {trouble.fix !== '' && <div lang="en">{trouble.fix}</div>}
        </Notice>
      )}
    </StepForm>
  );
}
