import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MadeToken, ShownToken } from '../../../shared/api/tokens.ts';
import type { Failure } from '../../api.ts';
import { formatTime } from '../../format.ts';
import { useAuthor } from '../../me/use-author.ts';
import { useFreshProof } from '../../me/use-fresh-proof.tsx';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Actions, Prose, QuietLink } from '../../ui/layout.tsx';
import { Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import classes from '../admin.module.css';
import { adminApi } from '../admin-api.ts';
import { MadeTokenPage } from './made-token-page.tsx';
import { MakeTokenPage } from './make-token-page.tsx';

interface TokensProps {
  contact: string;
  onBack: () => void;
  onOver: () => void;
}

type Shown = { page: 'list' } | { page: 'make' } | { page: 'made'; made: MadeToken } | { page: 'revoke'; token: ShownToken };

/** Tokens of programs: which ones there are, another one, and the end of one. */
export function TokensPage({ contact, onBack, onOver }: TokensProps) {
  const [shown, setShown] = useState<Shown>({ page: 'list' });
  const { value, failure, load } = useLoaded(adminApi.tokens, onOver);
  const list = () => {
    setShown({ page: 'list' });
    void load();
  };
  if (shown.page === 'make')
    return (
      <MakeTokenPage
        contact={contact}
        longestDays={value?.longestDays ?? 1}
        onMade={(made) => setShown({ page: 'made', made })}
        onBack={list}
        onOver={onOver}
      />
    );
  if (shown.page === 'made') return <MadeTokenPage made={shown.made} onBack={list} />;
  if (shown.page === 'revoke') return <RevokePage token={shown.token} contact={contact} onBack={list} onOver={onOver} />;
  return (
    <TokenList
      tokens={value?.tokens}
      failure={failure}
      onMake={() => setShown({ page: 'make' })}
      onRevoke={(token) => setShown({ page: 'revoke', token })}
      onBack={onBack}
    />
  );
}

interface ListProps {
  tokens: readonly ShownToken[] | undefined;
  failure: Failure | undefined;
  onMake: () => void;
  onRevoke: (token: ShownToken) => void;
  onBack: () => void;
}

function TokenList({ tokens, failure, onMake, onRevoke, onBack }: ListProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  return (
    <Question title={t('tokens.title')} icon="key" mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]} focusOn={failure}>
      <Prose>
        <p>{t('tokens.text')}</p>
        <p>
          <a href="/api-reference">{t('tokens.reference')}</a>
        </p>
        {tokens?.length === 0 && <p>{t('tokens.none')}</p>}
      </Prose>
      {tokens === undefined && failure === undefined && <Skeleton />}
      <ul className={classes.list}>
        {tokens?.map((token) => (
          <li key={token.id} className={classes.item}>
            <strong>{token.name}</strong>
            <TokenFacts token={token} />
            <QuietLink onPress={() => onRevoke(token)}>{t('tokens.revoke-one', { name: token.name })}</QuietLink>
          </li>
        ))}
      </ul>
      <Actions>
        {tokens !== undefined && <ActionButton onPress={onMake}>{t('tokens.make')}</ActionButton>}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}

/** What a token may, for whom, until when, and what became of it. */
export function TokenFacts({ token }: { token: ShownToken }) {
  const { t } = useTranslation('admin');
  const named = useAuthor();
  const { may, over, expiresAt, lastUsedAt, createdAt, author, ended } = token;
  const conditions = [over?.directories, over?.places, over?.groups].filter((list) => list !== undefined).map((list) => list.join(', '));
  return (
    <>
      <ul>
        {may.map((scope) => (
          <li key={scope}>
            {t(`tokens.scope.${scope}`)}
            {scope === 'see-people' && `: ${conditions.length === 0 ? t('tokens.everybody') : conditions.join('; ')}`}
          </li>
        ))}
      </ul>
      <p>{t(ended ? 'tokens.ended' : 'tokens.until', { time: formatTime(expiresAt) })}</p>
      <p className={classes.quiet}>
        {lastUsedAt === null ? t('tokens.never-used') : t('tokens.used', { time: formatTime(lastUsedAt) })}{' '}
        {t('tokens.made-by', { author: named(author), time: formatTime(createdAt) })}
      </p>
    </>
  );
}

function RevokePage({ token, contact, onBack, onOver }: { token: ShownToken } & TokensProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const fresh = useFreshProof({ contact, onOver, late: setFailure });
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setFailure(await fresh.ask(() => adminApi.revokeToken(token.id), onBack));
    setBusy(false);
  };
  if (fresh.page !== undefined) return fresh.page;
  return (
    <Question
      title={t('tokens.revoke.title', { name: token.name })}
      tone="danger"
      mistakes={failure === undefined ? [] : [mistakeOf(failure, portal)]}
      focusOn={failure ?? token.id}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('tokens.revoke.text')}</p>
      </Prose>
      <FormActions submit={t('tokens.revoke')} look="danger" busy={busy} onBack={onBack} />
    </Question>
  );
}
