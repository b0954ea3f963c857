import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeToken, MakeTokenRequest } from '../../../shared/api/tokens.ts';
import { TOKEN_PERMISSIONS, type TokenPermission } from '../../../shared/permissions.ts';
import { useFreshProof } from '../../me/use-fresh-proof.tsx';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ChoiceCards } from '../../ui/choice-cards.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextArea } from '../../ui/text-area.tsx';
import { TextField } from '../../ui/text-field.tsx';
import classes from '../admin.module.css';
import { adminApi } from '../admin-api.ts';

/** Unless told, as on the console. */
const USUAL_DAYS = 90;

interface MakeProps {
  contact: string;
  longestDays: number;
  onMade: (made: MadeToken) => void;
  onBack: () => void;
  onOver: () => void;
}

/** What a program is to see, for how long, and of whom. */
export function MakeTokenPage({ contact, longestDays, onMade, onBack, onOver }: MakeProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [name, setName] = useState('');
  const [may, setMay] = useState<string[]>([]);
  const [days, setDays] = useState(String(Math.min(USUAL_DAYS, longestDays)));
  const [whom, setWhom] = useState<string[]>([]);
  const [scope, setScope] = useState({ directories: '', places: '', groups: '' });
  const [mistakes, setMistakes] = useState<Mistake[]>([]);
  const [busy, setBusy] = useState(false);
  const fresh = useFreshProof({ contact, onOver, late: (failure) => setMistakes([mistakeOf(failure, portal)]) });
  const seesPeople = may.includes('see-people');
  const chosen = Object.entries(scope).flatMap(([kind, text]) => (linesOf(text).length === 0 ? [] : [[kind, linesOf(text)]]));
  const submit = async () => {
    if (busy) return;
    const wrong = [
      ...(name.trim() === '' ? [{ text: t('tokens.name.missing'), field: 'token-name' }] : []),
      ...(may.length === 0 ? [{ text: t('tokens.scopes.missing'), field: 'token-scopes' }] : []),
      ...(seesPeople && whom.length === 0 ? [{ text: t('tokens.whom.missing'), field: 'token-whom' }] : []),
      ...(seesPeople && whom[0] === 'some' && chosen.length === 0 ? [{ text: t('tokens.some.missing'), field: 'token-directories' }] : []),
      ...(isDays(days, longestDays) ? [] : [{ text: t('tokens.days.wrong', { count: longestDays }), field: 'token-days' }]),
    ];
    setMistakes(wrong);
    if (wrong.length > 0) return;
    const over = whom[0] === 'some' ? Object.fromEntries(chosen) : {};
    const wanted: MakeTokenRequest = {
      ...{ name: name.trim(), may: may as TokenPermission[], days: Number(days) },
      ...(seesPeople ? { over } : {}),
    };
    setBusy(true);
    const failure = await fresh.ask(() => adminApi.makeToken(wanted), onMade);
    setBusy(false);
    if (failure !== undefined) setMistakes([mistakeOf(failure, portal, 'token-name')]);
  };
  if (fresh.page !== undefined) return fresh.page;
  const errorAt = (field: string) => mistakes.find((mistake) => mistake.field === field)?.text;
  const part = (kind: keyof typeof scope) => (
    <TextArea
      id={`token-${kind}`}
      label={t(`tokens.${kind}`)}
      hint={t('tokens.one-a-line')}
      error={errorAt(`token-${kind}`)}
      value={scope[kind]}
      onChange={(text) => setScope({ ...scope, [kind]: text })}
    />
  );
  return (
    <Question
      title={t('tokens.make')}
      icon="key"
      mistakes={mistakes}
      focusOn={mistakes.length === 0 ? 'make' : mistakes}
      onSubmit={() => void submit()}
    >
      <TextField
        id="token-name"
        label={t('tokens.name')}
        hint={t('tokens.name.hint')}
        error={errorAt('token-name')}
        value={name}
        onChange={setName}
        autoComplete="off"
      />
      <h2 className={classes.heading}>{t('tokens.scopes')}</h2>
      <ChoiceCards
        id="token-scopes"
        question={t('tokens.scopes')}
        many
        choices={TOKEN_PERMISSIONS.map((value) => ({ value, label: t(`tokens.scope.${value}`) }))}
        selected={may}
        onSelect={setMay}
        error={errorAt('token-scopes')}
      />
      {seesPeople && (
        <>
          <h2 className={classes.heading}>{t('tokens.whom')}</h2>
          <ChoiceCards
            id="token-whom"
            question={t('tokens.whom')}
            choices={[
              { value: 'some', label: t('tokens.some'), hint: t('tokens.some.hint') },
              { value: 'everybody', label: t('tokens.all') },
            ]}
            selected={whom}
            onSelect={setWhom}
            error={errorAt('token-whom')}
          />
          {whom[0] === 'some' && (
            <>
              {part('directories')}
              {part('places')}
              {part('groups')}
            </>
          )}
        </>
      )}
      <TextField
        id="token-days"
        label={t('tokens.days')}
        hint={t('tokens.days.hint', { count: longestDays })}
        error={errorAt('token-days')}
        value={days}
        onChange={setDays}
        inputMode="numeric"
        autoComplete="off"
      />
      <Prose>
        <p>{t('tokens.passkey')}</p>
      </Prose>
      <FormActions submit={t('tokens.make')} busy={busy} onBack={onBack} />
    </Question>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isDays(text: string, longest: number): boolean {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= longest;
}
