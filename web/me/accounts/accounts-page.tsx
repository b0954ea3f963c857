import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MyAccounts } from '../../../shared/api/my-accounts.ts';
import type { Failure, OpenStep, Outcome } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { SimplePage } from '../../portal/simple-page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { meApi } from '../me-api.ts';
import { Proofs } from '../proofs.tsx';
import { useFreshProof } from '../use-fresh-proof.tsx';
import { useLoaded } from '../use-loaded.ts';
import { AccountList } from './account-list.tsx';
import { NameAccount } from './name-account.tsx';
import { PartAccount } from './part-account.tsx';

type View = { name: 'name' } | { name: 'proof'; opened: OpenStep; of: string } | { name: 'part'; account: MyAccounts['accounts'][number] };

/** The other accounts of somebody who is signed in: linked by proving them, and parted. */
export function AccountsPage({ contact, onBack, onOver }: { contact: string; onBack: () => void; onOver: () => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(meApi.accounts, onOver);
  const [view, setView] = useState<View>();
  const [said, setSaid] = useState<string>();
  const [trouble, setTrouble] = useState<Failure>();
  const fresh = useFreshProof({
    contact,
    onOver,
    late(late) {
      setView(undefined);
      setTrouble(late);
    },
  });
  const list = (sentence?: string) => {
    setView(undefined);
    setTrouble(undefined);
    setSaid(sentence);
    void load();
  };
  const take = useCallback((journey: string): Promise<Outcome<unknown>> => meApi.linkAccount(journey), []);

  if (fresh.page !== undefined) return fresh.page;
  switch (view?.name) {
    case 'name':
      return <NameAccount ask={fresh.ask} onOpened={(opened, of) => setView({ name: 'proof', opened, of })} onBack={() => list()} />;
    case 'proof':
      return (
        <Proofs
          opened={view.opened}
          contact={contact}
          take={take}
          onTaken={() => list(t('accounts.linked'))}
          onAgain={() => setView({ name: 'name' })}
          of={view.of}
        />
      );
    case 'part':
      return <PartAccount account={view.account} ask={fresh.ask} onDone={() => list(t('accounts.parted'))} onBack={() => list()} />;
    default:
  }
  if (failure !== undefined) {
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('accounts.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (value === undefined) return <Skeleton />;
  return (
    <AccountList
      own={value}
      said={said}
      mistake={trouble === undefined ? undefined : mistakeOf(trouble, portal)}
      onLink={() => setView({ name: 'name' })}
      onPart={(account) => setView({ name: 'part', account })}
      onBack={onBack}
    />
  );
}
