import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Verdict } from '../../shared/api/journeys.ts';
import type { AccountChanged, ChangedPasswords, Me } from '../../shared/api/me.ts';
import { serverNow } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ChoiceCards } from '../ui/choice-cards.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { NextLine } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { RuleList, type RuleState } from '../ui/rule-list.tsx';
import { SecretField } from '../ui/secret-field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { meApi } from './me-api.ts';
import { useChecked } from './use-checked.ts';
import { isOver } from './use-loaded.ts';

const ACCOUNTS = 'accounts';
const NEXT = 'new-password';
const RULES = 'new-password-rules';
const currentOf = (id: string) => (id === 'own' ? 'current-password' : `current-password-${id}`);

/** An account whose password can be changed here: `own`, or the id of a link. */
export interface OwnChoice {
  id: string;
  login: string;
  label: string;
}

interface ChangePasswordFormProps {
  choices: readonly OwnChoice[];
  chosenAtFirst: readonly string[];
  me: Me;
  onDone: (results: AccountChanged[]) => void;
  onBack: () => void;
  onOver: () => void;
}

/** The current password of each chosen account and another one for all of them, with the server's verdicts while it is typed. */
export function ChangePasswordForm({ choices, chosenAtFirst, me, onDone, onBack, onOver }: ChangePasswordFormProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [chosen, setChosen] = useState<readonly string[]>(chosenAtFirst);
  const [currents, setCurrents] = useState<Readonly<Record<string, string>>>({});
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [mistakes, setMistakes] = useState<Mistake[]>([]);
  const { rules, verdicts } = useChecked({ password, accounts: chosen, saving: busy, rules: me.rules });
  const accounts = choices.filter(({ id }) => chosen.includes(id));

  const missing = (): Mistake[] => {
    if (accounts.length === 0) return [{ text: t('change.accounts.missing'), field: ACCOUNTS }];
    const empty = accounts.find(({ id }) => (currents[id] ?? '') === '');
    if (empty !== undefined) return [{ text: t('change.current.missing'), field: currentOf(empty.id) }];
    return password === '' ? [{ text: portal('new-password.missing'), field: NEXT }] : [];
  };
  const submit = async () => {
    if (busy) return;
    const wanting = missing();
    if (wanting.length > 0) return setMistakes(wanting);
    setBusy(true);
    setShown(false);
    const outcome = await meApi.changePassword(
      password,
      accounts.map(({ id }) => ({ account: id, current: currents[id] ?? '' })),
    );
    setBusy(false);
    if (!outcome.ok) return isOver(outcome.failure) ? onOver() : setMistakes([mistakeOf(outcome.failure, portal)]);
    const { results } = outcome.value;
    if (results.some((each) => each.outcome === 'changed' || each.outcome === 'unknown')) return onDone(results);
    setMistakes(mistakesOf(outcome.value));
  };
  const at = (field: string) => mistakes.find((mistake) => mistake.field === field)?.text;
  const { changeableAt } = me.account;
  return (
    <Question title={t('change.title')} mistakes={mistakes} focusOn={mistakes} onSubmit={() => void submit()}>
      {chosen.includes('own') && changeableAt !== null && Date.parse(changeableAt) > serverNow() && (
        <Notice tone="warning">{portal('new-password.changeable-at', { time: formatTime(changeableAt) })}</Notice>
      )}
      {choices.length > 1 && (
        <ChoiceCards
          id={ACCOUNTS}
          question={t('change.accounts')}
          choices={choices.map(({ id, label }) => ({ value: id, label }))}
          selected={chosen}
          onSelect={setChosen}
          many
          error={at(ACCOUNTS)}
        />
      )}
      <input type="text" name="username" autoComplete="username" value={accounts[0]?.login ?? ''} readOnly hidden />
      {accounts.map(({ id, label }) => (
        <TextField
          key={id}
          id={currentOf(id)}
          label={choices.length > 1 ? t('change.current.of', { account: label }) : t('change.current')}
          error={at(currentOf(id))}
          value={currents[id] ?? ''}
          onChange={(value) => setCurrents((before) => ({ ...before, [id]: value }))}
          type="password"
          autoComplete="current-password"
        />
      ))}
      <SecretField
        id={NEXT}
        label={portal('new-password.label')}
        error={at(NEXT)}
        value={password}
        onChange={setPassword}
        shown={shown}
        onShow={setShown}
        describedBy={RULES}
      />
      <RuleList
        id={RULES}
        title={portal('new-password.rules')}
        lines={rules
          .filter((rule) => rule.code !== 'password.too-young')
          .map((rule) => {
            const verdict = verdicts.find(({ code }) => code === rule.code);
            const state = password === '' ? 'open' : stateOf(verdict?.ok);
            return {
              text: rule.text,
              state,
              word: portal(
                state === 'met' ? 'new-password.rule.met' : state === 'server' ? 'new-password.rule.server' : 'new-password.rule.open',
              ),
            };
          })}
      />
      <FormActions submit={portal('new-password.save')} busy={busy} onBack={onBack} />
      <NextLine>{t('change.next')}</NextLine>
    </Question>
  );
}

/** Nothing was changed: what stands in the way of each account, at the field that it is about. */
function mistakesOf({ results, verdicts }: ChangedPasswords): Mistake[] {
  const broken = verdicts?.find(({ ok }) => ok === false);
  if (broken !== undefined) return [{ text: broken.text, field: NEXT }];
  const isOne = results.length === 1;
  return results
    .filter(({ outcome }) => outcome !== 'not-begun')
    .map(({ account, code, message }) => ({
      text: isOne || account.label === '' ? message : `${account.label}: ${message}`,
      field: code === 'password.old-wrong' ? currentOf(account.id) : NEXT,
    }));
}

function stateOf(ok: Verdict['ok'] | undefined): RuleState {
  if (ok === undefined) return 'open';
  return ok === 'server-decides' ? 'server' : ok ? 'met' : 'broken';
}
