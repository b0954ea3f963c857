import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { REMOVABLE_KINDS, type RemovableKind } from '../../../shared/removable-kinds.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ChoiceCards } from '../../ui/choice-cards.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Aside, Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { AskedCase } from './case-api.ts';

const KINDS = 'kinds';

/** What is said when a case is opened: why, as far as the agent says it, and what is to be removed. */
export type CaseReasons = Omit<AskedCase, 'account' | 'action'>;

interface OpenCaseProps {
  name: string;
  action: PersonPermission;
  /** What the person has enrolled, where that is known. */
  enrolled: readonly RemovableKind[] | undefined;
  busy: boolean;
  mistake: Mistake | undefined;
  /** Another agent has a case about the person. */
  isElsewhere: boolean;
  onOpen: (reasons: CaseReasons) => void;
  onBack: () => void;
}

/** Begins a case: what for is chosen, why is asked here. */
export function OpenCase({ name, action, enrolled, busy, mistake, isElsewhere, onOpen, onBack }: OpenCaseProps) {
  const { t } = useTranslation('me');
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [kinds, setKinds] = useState<RemovableKind[]>([]);
  const [own, setOwn] = useState<Mistake>();
  const removes = action === 'remove-proofs';
  const wrong = own ?? mistake;
  const open = (more: Pick<CaseReasons, 'replace'> = {}) => {
    const isMissing = removes && kinds.length === 0;
    setOwn(isMissing ? { text: t('case.kinds.missing'), field: KINDS } : undefined);
    if (!isMissing) onOpen({ ...given(), ...more });
  };
  const given = (): CaseReasons => ({
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...(ticket.trim() === '' ? {} : { ticket: ticket.trim() }),
    ...(removes ? { kinds } : {}),
  });
  return (
    <Question
      title={t(`case.${action}`, { name })}
      icon="person"
      mistakes={wrong === undefined ? [] : [wrong]}
      focusOn={wrong ?? name}
      onSubmit={() => open()}
    >
      <Prose>
        <p>{t('case.open.text', { name })}</p>
      </Prose>
      {removes && (
        <ChoiceCards
          id={KINDS}
          question={t('case.kinds')}
          shown
          choices={(enrolled ?? REMOVABLE_KINDS).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          selected={kinds}
          onSelect={(selected) => setKinds(REMOVABLE_KINDS.filter((kind) => selected.includes(kind)))}
          many
          error={own?.text}
        />
      )}
      <TextField id="ticket" label={t('case.ticket')} value={ticket} onChange={setTicket} autoComplete="off" />
      <TextField id="reason" label={t('case.reason')} value={reason} onChange={setReason} autoComplete="off" />
      <FormActions submit={t('case.open')} busy={busy} onBack={onBack} />
      {isElsewhere && (
        <Aside>
          <p>{t('case.elsewhere')}</p>
          <ActionButton look="danger" busy={busy} onPress={() => open({ replace: true })}>
            {t('case.replace')}
          </ActionButton>
        </Aside>
      )}
    </Question>
  );
}
