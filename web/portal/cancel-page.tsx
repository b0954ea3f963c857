import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { forgetDraft } from './draft.ts';
import { mistakeOf } from './mistake-of.ts';

interface CancelPageProps {
  busy: boolean;
  cancel: () => Promise<Failure | undefined>;
  onStay: () => void;
  onLeave: () => void;
}

/** Asks once before a journey is thrown away. */
export function CancelPage({ busy, cancel, onStay, onLeave }: CancelPageProps) {
  const { t } = useTranslation();
  const [failure, setFailure] = useState<Failure>();
  const submit = async () => {
    const problem = await cancel();
    if (problem !== undefined) return setFailure(problem);
    forgetDraft();
    onLeave();
  };
  return (
    <Question
      title={t('cancel.title')}
      mistakes={failure ? [mistakeOf(failure, t)] : []}
      focusOn={failure ?? 'cancel'}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t('cancel.text')}</p>
      </Prose>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('cancel.yes')}
        </ActionButton>
        <ActionButton look="secondary" onPress={onStay}>
          {t('cancel.no')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
