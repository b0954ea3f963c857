import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TestedText } from '../../../shared/api/test-message.ts';
import type { Failure, Outcome } from '../../api.ts';
import { useFreshProof } from '../../me/use-fresh-proof.tsx';
import { mistakeOf } from '../../portal/mistake-of.ts';
import type { Mistake } from '../../ui/question.tsx';
import { troubleId } from './test-trouble.tsx';

type Said = { readonly text: string } | { readonly mistake: Mistake };

/** Messages that are sent to see whether they arrive, each by a name of its own: which is on its way, and what became of the others. */
export interface Tests {
  readonly busy: string | undefined;
  readonly troubles: ReadonlyMap<string, NonNullable<TestedText['trouble']>>;
  /** @param done what is said of one that was taken, and of one that could not be made */
  send(name: string, call: () => Promise<Outcome<TestedText>>, done: { sent: string; broken: string }): void;
}

/** @returns `page` stands in for the own one while a fresh proof is given; `said`: what became of the last test, for the top of the page */
export function useTests({ contact, onOver }: { contact: string; onOver: () => void }): {
  tests: Tests;
  page: ReturnType<typeof useFreshProof>['page'];
  said: Said | undefined;
} {
  const { t: portal } = useTranslation();
  const { t } = useTranslation('admin');
  const [said, setSaid] = useState<Said>();
  const [busy, setBusy] = useState<string>();
  const [troubles, setTroubles] = useState<Tests['troubles']>(new Map());
  const fail = (failure: Failure) => setSaid({ mistake: mistakeOf(failure, portal) });
  const fresh = useFreshProof({ contact, onOver, late: fail });
  const tell = (name: string, trouble: TestedText['trouble']) => {
    setTroubles((before) => {
      const others = [...before].filter(([other]) => other !== name);
      return new Map(trouble === null ? others : [...others, [name, trouble]]);
    });
  };
  const send: Tests['send'] = async (name, call, done) => {
    setSaid(undefined);
    tell(name, null);
    setBusy(name);
    const failure = await fresh.ask(call, ({ sent, trouble }) => {
      tell(name, trouble);
      if (sent) setSaid({ text: done.sent });
      else
        setSaid({ mistake: trouble === null ? { text: done.broken } : { text: t('test.refused.at', { name }), field: troubleId(name) } });
    });
    setBusy(undefined);
    if (failure !== undefined) fail(failure);
  };
  return { tests: { busy, troubles, send }, page: fresh.page, said };
}
