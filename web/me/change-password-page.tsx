import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Verdict } from '../../shared/api/journeys.ts';
import type { ChangedPassword } from '../../shared/api/me.ts';
import { serverNow } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { NextLine } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { RuleList, type RuleState } from '../ui/rule-list.tsx';
import { SecretField } from '../ui/secret-field.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextField } from '../ui/text-field.tsx';
import { FormActions } from './form-actions.tsx';
import { meApi } from './me-api.ts';
import { isOver, useLoaded } from './use-loaded.ts';

const CURRENT = 'current-password';
const NEXT = 'new-password';
const RULES = 'new-password-rules';
const PAUSE_MS = 400;

/** The current password and another one, with the server's verdicts while it is typed. */
export function ChangePasswordPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value: me, failure } = useLoaded(meApi.me, onOver);
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const [done, setDone] = useState<ChangedPassword>();
  const checked = useChecked(password, busy);

  const back = { label: portal('action.back'), onPress: onBack };
  if (failure !== undefined) return <SimplePage title={t('change.title')} mistakes={[mistakeOf(failure, portal)]} action={back} />;
  if (me === undefined) return <Skeleton />;
  if (done !== undefined) return <SimplePage title={t(`change.${done.outcome}`)} paragraphs={[done.message]} action={back} />;

  const submit = async () => {
    if (busy) return;
    if (current === '') return setMistake({ text: t('change.current.missing'), field: CURRENT });
    if (password === '') return setMistake({ text: portal('new-password.missing'), field: NEXT });
    setBusy(true);
    setShown(false);
    const outcome = await meApi.changePassword(current, password);
    setBusy(false);
    if (!outcome.ok) return isOver(outcome.failure) ? onOver() : setMistake(mistakeOf(outcome.failure, portal));
    const { value } = outcome;
    if (value.outcome === 'changed' || value.outcome === 'unknown') return setDone(value);
    const broken = value.verdicts?.find(({ ok }) => ok === false);
    setMistake({ text: broken?.text ?? value.message, field: value.code === 'password.old-wrong' ? CURRENT : NEXT });
  };
  const verdicts = checked?.verdicts ?? [];
  const changeableAt = me.account.changeableAt;
  const at = (field: string) => (mistake?.field === field ? mistake.text : undefined);
  return (
    <Question title={t('change.title')} mistakes={mistake === undefined ? [] : [mistake]} focusOn={mistake} onSubmit={() => void submit()}>
      {changeableAt !== null && Date.parse(changeableAt) > serverNow() && (
        <Notice tone="warning">{portal('new-password.changeable-at', { time: formatTime(changeableAt) })}</Notice>
      )}
      <input type="text" name="username" autoComplete="username" value={me.account.login} readOnly hidden />
      <TextField
        id={CURRENT}
        label={t('change.current')}
        error={at(CURRENT)}
        value={current}
        onChange={setCurrent}
        type="password"
        autoComplete="current-password"
      />
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
        lines={me.rules
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

/** The server's verdicts on what stands there now, after a pause in typing. */
function useChecked(password: string, saving: boolean): { verdicts: Verdict[] } | undefined {
  const [checked, setChecked] = useState<{ password: string; verdicts: Verdict[] }>();
  useEffect(() => {
    if (password === '' || saving) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const outcome = await meApi.checkPassword(password, abort.signal);
      if (outcome.ok) setChecked({ password, verdicts: outcome.value.verdicts });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [password, saving]);
  return checked?.password === password ? checked : undefined;
}

function stateOf(ok: Verdict['ok'] | undefined): RuleState {
  if (ok === undefined) return 'open';
  return ok === 'server-decides' ? 'server' : ok ? 'met' : 'broken';
}
