import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdminExplanation } from '../../shared/api/admin.ts';
import { isOver } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { FormActions } from '../ui/form-actions.tsx';
import { Announcement, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';
import { adminApi } from './admin-api.ts';
import { RoleExplanation } from './role-explanation.tsx';

const FIELD = 'explained';

/** Which roles somebody holds, by what, and what they may do for somebody else. */
export function RolesPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [account, setAccount] = useState('');
  const [target, setTarget] = useState('');
  const [told, setTold] = useState<AdminExplanation>();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const submit = async () => {
    if (busy) return;
    setTold(undefined);
    if (account.trim() === '') return setMistake({ text: t('roles.account.missing'), field: FIELD });
    setMistake(undefined);
    setBusy(true);
    const outcome = await adminApi.explain(account.trim(), target.trim() === '' ? undefined : target.trim());
    setBusy(false);
    if (outcome.ok) return setTold(outcome.value);
    if (isOver(outcome.failure)) return onOver();
    setMistake(mistakeOf(outcome.failure, portal, FIELD));
  };
  const error = mistake?.field === FIELD ? mistake.text : undefined;
  return (
    <Question
      title={t('roles.title')}
      icon="person"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('roles.text')}</p>
      </Prose>
      <TextField id={FIELD} label={t('roles.account')} error={error} value={account} onChange={setAccount} autoComplete="off" />
      <TextField
        id="explained-for"
        label={t('roles.target')}
        hint={t('roles.target.hint')}
        value={target}
        onChange={setTarget}
        autoComplete="off"
      />
      <FormActions submit={t('roles.button')} busy={busy} onBack={onBack} />
      <Announcement>{told === undefined ? '' : t('roles.of', { account: told.account.login })}</Announcement>
      {told !== undefined && <RoleExplanation told={told} />}
    </Question>
  );
}
