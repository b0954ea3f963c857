import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { adminApi } from '../admin-api.ts';
import type { Draft } from '../configuration-page.tsx';
import { isGroup, type Json } from './setting-schema.ts';
import { TestTrouble } from './test-trouble.tsx';
import { useOwnAddresses } from './use-own-addresses.ts';
import type { Tests } from './use-tests.ts';
import classes from './words-preview.module.css';

const NUMBER = 'test-number';
const TYPED = '';

interface TextTestsProps {
  /** The section in force. */
  inForce: Json | undefined;
  /** The same as it is being changed. */
  value: Json | undefined;
  /** The whole of what is being changed; undefined: nothing is. */
  draft: Draft | undefined;
  tests: Tests;
  onOver: () => void;
}

/** A text by each gateway, as it is in force or as it would be. */
export function TextTests({ inForce, value, draft, tests, onOver }: TextTestsProps) {
  const { t } = useTranslation('admin');
  const numbers = useOwnAddresses('sms', onOver);
  const [chosen, setChosen] = useState<string>();
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  // Kept here alone, and gone with this page.
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const isChanged = draft !== undefined && JSON.stringify(value) !== JSON.stringify(inForce);
  const gateways = gatewaysOf(isChanged ? value : inForce);
  const references = isChanged ? referencesOf(value) : [];
  if (gateways.length === 0 || numbers === undefined) return null;
  const proof = chosen ?? numbers[0]?.id ?? TYPED;
  const send = (gateway: string) => {
    const isMissing = proof === TYPED && typed.trim() === '';
    setMissing(isMissing);
    if (isMissing) return document.getElementById(NUMBER)?.focus();
    const to = proof === TYPED ? { number: typed.trim() } : { proof };
    const given = references.flatMap((reference) => {
      const secret = secrets[reference] ?? '';
      return secret === '' ? [] : [{ reference, value: secret }];
    });
    const asked = isChanged ? { gateway, to, draft: { ...draft, secrets: given } } : { gateway, to };
    tests.send(gateway, () => adminApi.testText(asked), { sent: t('test-text.sent', { gateway }), broken: t('test.refused') });
  };
  return (
    <section aria-labelledby="test" className={classes.part}>
      <h2 id="test" className={classes.title}>
        {t('test-text.title')}
      </h2>
      <Prose>
        <p>{t(isChanged ? 'test-text.text.draft' : 'test-text.text')}</p>
      </Prose>
      {numbers.length > 0 && (
        <SelectField
          id="test-to"
          label={t('test-text.to')}
          value={proof}
          options={[...numbers.map(({ id, label }) => ({ value: id, label })), { value: TYPED, label: t('test-text.to.typed') }]}
          onChange={setChosen}
        />
      )}
      {proof === TYPED && (
        <TextField
          id={NUMBER}
          label={t('test-text.number')}
          hint={t('test-text.number.hint')}
          error={missing ? t('test-text.number.missing') : undefined}
          value={typed}
          onChange={setTyped}
          autoComplete="tel"
          inputMode="tel"
        />
      )}
      {references.map((reference) => (
        <TextField
          key={reference}
          id={`test-secret-${reference}`}
          label={t('test-text.secret', { reference })}
          value={secrets[reference] ?? ''}
          onChange={(secret) => setSecrets({ ...secrets, [reference]: secret })}
          type="password"
          autoComplete="off"
        />
      ))}
      {gateways.map((gateway) => (
        <div key={gateway} className={classes.preview}>
          <Actions>
            <ActionButton look="secondary" busy={tests.busy === gateway} onPress={() => send(gateway)}>
              {t('test-text.send', { gateway })}
            </ActionButton>
          </Actions>
          <TestTrouble name={gateway} trouble={tests.troubles.get(gateway)} />
        </div>
      ))}
    </section>
  );
}

/** Names of what texts leave by. */
function gatewaysOf(sms: Json | undefined): string[] {
  if (!isGroup(sms)) return [];
  if (sms.kind === 'capture') return ['capture'];
  const gateways = Array.isArray(sms.gateways) ? sms.gateways : [];
  return gateways.flatMap((gateway) => (isGroup(gateway) && typeof gateway.name === 'string' ? [gateway.name] : []));
}

/** What stands for secrets below a setting. */
function referencesOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return /^(?:env:[A-Za-z_]\w*|file:\/.+)$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap((part) => referencesOf(part)))];
}
