import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountChanged, Me } from '../../shared/api/me.ts';
import type { MyAccounts } from '../../shared/api/my-accounts.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { type ResultLine, ResultList } from '../ui/result-list.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ChangePasswordForm, type OwnChoice } from './change-password-form.tsx';
import { meApi } from './me-api.ts';
import { useLoaded } from './use-loaded.ts';

/** Another password for the account that is signed in, and for those that are linked to it; then what became of each. */
export function ChangePasswordPage({ onBack, onOver }: { onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value: me, failure } = useLoaded(meApi.me, onOver);
  const { value: others, failure: noOthers } = useLoaded(meApi.accounts, onOver);
  const [results, setResults] = useState<AccountChanged[]>();
  const [again, setAgain] = useState<string[]>();

  const back = { label: portal('action.back'), onPress: onBack };
  const trouble = failure ?? noOthers;
  if (trouble !== undefined) return <SimplePage title={t('change.title')} mistakes={[mistakeOf(trouble, portal)]} action={back} />;
  if (me === undefined || others === undefined) return <Skeleton />;
  if (results !== undefined) {
    const rest = results.filter(({ outcome }) => !isDone(outcome)).map(({ account }) => account.id);
    const retry = () => {
      setAgain(rest);
      setResults(undefined);
    };
    return (
      <ChangeResults results={results} action={rest.length === 0 ? back : { label: t('change.again'), onPress: retry }} onBack={onBack} />
    );
  }
  return (
    <ChangePasswordForm
      choices={choicesOf(me, others).filter(({ id }) => again?.includes(id) ?? true)}
      chosenAtFirst={again ?? ['own']}
      me={me}
      onDone={setResults}
      onBack={onBack}
      onOver={onOver}
    />
  );
}

const isDone = (outcome: AccountChanged['outcome']) => outcome === 'changed' || outcome === 'unknown';

/** A link that waits, and an account that its directory tells nothing of, are no choice. */
function choicesOf({ account }: Me, { accounts }: MyAccounts): OwnChoice[] {
  const linked = accounts.flatMap(({ id, login, directory, countsFrom }) =>
    login === null || countsFrom !== null ? [] : [{ id, login, label: `${login} (${directory})` }],
  );
  return [{ id: 'own', login: account.login, label: `${account.login} (${account.directory})` }, ...linked];
}

const TONES: Record<AccountChanged['outcome'], ResultLine['tone']> = {
  changed: 'good',
  unknown: 'warning',
  refused: 'danger',
  failed: 'danger',
  'not-begun': 'danger',
};

/** One account as a sentence, several as a list. */
function ChangeResults({
  results,
  action,
  onBack,
}: {
  results: AccountChanged[];
  action: { label: string; onPress: () => void };
  onBack: () => void;
}) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const outcomes = new Set(results.map(({ outcome }) => outcome));
  const title = outcomes.has('unknown') ? 'unknown' : [...outcomes].every((outcome) => outcome === 'changed') ? 'changed' : 'mixed';
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0)
    return <SimplePage title={t(`change.${title}`)} paragraphs={[only.message]} action={action} />;
  const leave = action.onPress === onBack ? {} : { other: { label: portal('action.back'), onPress: onBack } };
  return (
    <SimplePage title={t(`change.${title}`)} action={action} {...leave}>
      <ResultList
        label={t('change.results')}
        lines={results.map(({ account, outcome, message }) => ({
          ...{ id: account.id, account: account.label, text: message },
          ...{ outcome: t(`change.outcome.${outcome}`), tone: TONES[outcome] },
        }))}
      />
    </SimplePage>
  );
}
