import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VouchRequest } from '../../../shared/api/vouch.ts';
import type { Failure } from '../../api.ts';
import { formatList, formatTime } from '../../format.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Aside } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import classes from '../me.module.css';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

const DIGITS = 'digits';

interface VouchForProps {
  request: VouchRequest;
  ask: Ask;
  /** What was in the way after a fresh proof. */
  late: Failure | undefined;
  onDone: () => void;
  onRefuse: () => void;
  onBack: () => void;
}

/** Who asks, for what and from where; the digits are what they read out. */
export function VouchFor({ request, ask, late, onDone, onRefuse, onBack }: VouchForProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [digits, setDigits] = useState('');
  const { busy, mistake, send, missing } = useAsked(DIGITS);
  const shown = mistake ?? (late === undefined ? undefined : mistakeOf(late, portal));
  const { person, recovery, call, askedAt, endsAt } = request;
  const name = person.displayName;
  const submit = () => {
    if (digits.trim() === '') return missing(t('vouch.digits.missing'));
    return void send(() => ask(() => meApi.vouch(request.id, digits), onDone));
  };
  return (
    <Question
      title={t('vouch.for', { name })}
      icon="person"
      mistakes={shown === undefined ? [] : [shown]}
      focusOn={shown ?? request.id}
      onSubmit={submit}
    >
      <dl className={classes.facts}>
        <Fact name={t('overview.account')}>{`${person.login} (${person.directory})`}</Fact>
        {recovery !== undefined && (
          <>
            <Fact name={t('vouch.goal')}>{t(`vouch.goal.${recovery.goal}`)}</Fact>
            <Fact name={t('vouch.from')}>{t(`vouch.from.${recovery.client}`, { address: recovery.address })}</Fact>
          </>
        )}
        {call !== undefined && (
          <>
            <Fact name={t('vouch.goal')}>{t(`case.${call.action}`, { name })}</Fact>
            {call.kinds !== undefined && <Fact name={t('vouch.kinds')}>{formatList(call.kinds.map((kind) => t(`kind.${kind}`)))}</Fact>}
            <Fact name={t('vouch.agent')}>{call.agent}</Fact>
          </>
        )}
        <Fact name={t('vouch.when')}>{t('vouch.when.text', { asked: formatTime(askedAt), ends: formatTime(endsAt) })}</Fact>
      </dl>
      <Notice tone="warning">{t('vouch.warning', { name })}</Notice>
      <TextField
        id={DIGITS}
        label={t('vouch.digits', { name })}
        hint={t('vouch.digits.hint', { name })}
        error={shown?.field === DIGITS ? shown.text : undefined}
        value={digits}
        onChange={setDigits}
        autoComplete="off"
        inputMode="numeric"
        width="code"
      />
      <FormActions submit={t('vouch.confirm')} busy={busy} onBack={onBack} />
      <Aside>
        <p>{t('vouch.not-expected.text', { name })}</p>
        <ActionButton look="secondary" onPress={onRefuse}>
          {t('vouch.not-expected')}
        </ActionButton>
      </Aside>
    </Question>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
