import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Client } from '../../shared/api/journeys.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { FormActions } from '../ui/form-actions.tsx';
import { Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { SecretField } from '../ui/secret-field.tsx';
import { SelectField } from '../ui/select-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { TriedAccount } from './tried-account.tsx';
import { useTried } from './use-tried.ts';

const CLIENTS: readonly Client['kind'][] = ['web', 'windows-logon', 'cli'];

/** What one account would be asked for, and how a new password of its owner would be judged. */
export function TryPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [name, setName] = useState('');
  const [client, setClient] = useState<Client['kind']>('web');
  const [address, setAddress] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [missing, setMissing] = useState(false);
  const { value: tried, failure, busy, begin, forget } = useTried(password, onOver);
  const submit = () => {
    setMissing(name.trim() === '');
    if (name.trim() === '' || busy) return;
    begin({ account: { name: name.trim() }, client, ...(address.trim() === '' ? {} : { address: address.trim() }) });
  };
  /** What is shown is of the account as it was tried. */
  const another =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      forget();
      set(value);
    };
  const noAddress = failure?.kind === 'problem' && failure.errors?.some(({ path }) => path === 'address') === true;
  const mistakes: Mistake[] = [
    ...(missing ? [{ text: t('roles.account.missing'), field: 'account' }] : []),
    ...(failure === undefined ? [] : noAddress ? [{ text: t('try.address.wrong'), field: 'address' }] : [mistakeOf(failure, portal)]),
  ];
  return (
    <Question title={t('try.title')} mistakes={mistakes} focusOn={mistakes[0]?.text} onSubmit={submit}>
      <Prose>
        <p>{t('try.text')}</p>
      </Prose>
      <TextField
        id="account"
        label={t('roles.account')}
        error={missing ? t('roles.account.missing') : undefined}
        value={name}
        onChange={another(setName)}
        autoComplete="off"
      />
      <SelectField
        id="client"
        label={t('try.client')}
        value={client}
        options={CLIENTS.map((kind) => ({ value: kind, label: t(`try.client.${kind}`) }))}
        onChange={another((value: string) => setClient(value as typeof client))}
      />
      <TextField
        id="address"
        label={t('try.address')}
        hint={t('try.address.hint')}
        error={noAddress ? t('try.address.wrong') : undefined}
        value={address}
        onChange={another(setAddress)}
        autoComplete="off"
      />
      <SecretField
        id="tried-password"
        label={t('try.password')}
        hint={t('try.password.hint')}
        value={password}
        onChange={setPassword}
        shown={shown}
        onShow={setShown}
      />
      <FormActions submit={t('try.button')} busy={busy} onBack={onBack} />
      {tried !== undefined && <TriedAccount tried={tried} />}
    </Question>
  );
}
