import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from './api.ts';
import { mistakeOf } from './portal/mistake-of.ts';
import type { Mistake } from './ui/question.tsx';

/** What a page with one field is about to send: whether it is under way, and what was wrong with it. */
export function useAsked(field?: string) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const send = async (asked: () => Promise<Failure | undefined>) => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    const failure = await asked();
    setBusy(false);
    if (failure === undefined) return;
    const { text, reference } = mistakeOf(failure, t);
    const isOfField = field !== undefined && failure.kind === 'problem' && failure.status === 422;
    setMistake({ text, reference, field: isOfField ? field : undefined });
  };
  const missing = (text: string) => setMistake({ text, field });
  return { busy, mistake, send, missing, mistakes: mistake === undefined ? [] : [mistake] };
}
