import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VouchRequest } from '../../../shared/api/vouch.ts';
import type { Failure } from '../../api.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { SimplePage } from '../../portal/simple-page.tsx';
import { Covered } from '../../ui/covered.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { meApi } from '../me-api.ts';
import { useFreshProof } from '../use-fresh-proof.tsx';
import { useLoaded } from '../use-loaded.ts';
import { RefuseToVouch } from './refuse-to-vouch.tsx';
import { VouchFor } from './vouch-for.tsx';
import { VouchList } from './vouch-list.tsx';

interface VouchPageProps {
  contact: string;
  onBack: () => void;
  onOver: () => void;
}

type View = { name: 'list' } | { name: 'answer' | 'refuse' | 'vouched' | 'refused'; request: VouchRequest };

/** Whom one is asked to vouch for, and the answer. */
export function VouchPage({ contact, onBack, onOver }: VouchPageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(meApi.vouchRequests, onOver);
  const [view, setView] = useState<View>({ name: 'list' });
  const [late, setLate] = useState<Failure>();
  const fresh = useFreshProof({ contact, onOver, late: setLate });
  const show = (next: View) => {
    setLate(undefined);
    setView(next);
  };
  const toList = () => {
    show({ name: 'list' });
    void load();
  };

  if (failure !== undefined) {
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('vouch.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (value === undefined) return <Skeleton />;
  const page = () => {
    if (view.name === 'list')
      return (
        <VouchList
          requests={value.requests}
          onAnswer={(request) => show({ name: 'answer', request })}
          onAgain={() => void load()}
          onBack={onBack}
        />
      );
    const { request } = view;
    const name = request.person.displayName;
    if (view.name === 'vouched' || view.name === 'refused') {
      const again = { label: portal('action.back'), onPress: toList };
      return (
        <SimplePage title={t(`vouch.${view.name}.title`, { name })} paragraphs={[t(`vouch.${view.name}.text`, { name })]} action={again} />
      );
    }
    const answering = { request, ask: fresh.ask };
    if (view.name === 'refuse')
      return (
        <RefuseToVouch {...answering} onDone={() => show({ name: 'refused', request })} onBack={() => show({ name: 'answer', request })} />
      );
    return (
      <VouchFor
        {...answering}
        late={late}
        onDone={() => show({ name: 'vouched', request })}
        onRefuse={() => show({ name: 'refuse', request })}
        onBack={toList}
      />
    );
  };
  // What was typed stays while a fresh proof is given.
  return (
    <>
      {fresh.page}
      <Covered when={fresh.page !== undefined}>{page()}</Covered>
    </>
  );
}
