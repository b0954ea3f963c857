import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Aside, Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';

/** Why the agent helps, as far as they say it. */
export interface CaseReasons {
  reason?: string;
  ticket?: string;
  replace?: boolean;
}

interface OpenCaseProps {
  name: string;
  action: PersonPermission;
  busy: boolean;
  mistake: Mistake | undefined;
  /** Another agent has a case about the person. */
  isElsewhere: boolean;
  onOpen: (reasons: CaseReasons) => void;
  onBack: () => void;
}

/** Begins a case: what for is chosen, why is asked here. */
export function OpenCase({ name, action, busy, mistake, isElsewhere, onOpen, onBack }: OpenCaseProps) {
  const { t } = useTranslation('me');
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const given = (): CaseReasons => ({
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...(ticket.trim() === '' ? {} : { ticket: ticket.trim() }),
  });
  return (
    <Question
      title={t(`case.${action}`, { name })}
      icon="person"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? name}
      onSubmit={() => onOpen(given())}
    >
      <Prose>
        <p>{t('case.open.text', { name })}</p>
      </Prose>
      <TextField id="ticket" label={t('case.ticket')} value={ticket} onChange={setTicket} autoComplete="off" />
      <TextField id="reason" label={t('case.reason')} value={reason} onChange={setReason} autoComplete="off" />
      <FormActions submit={t('case.open')} busy={busy} onBack={onBack} />
      {isElsewhere && (
        <Aside>
          <p>{t('case.elsewhere')}</p>
          <ActionButton look="danger" busy={busy} onPress={() => onOpen({ ...given(), replace: true })}>
            {t('case.replace')}
          </ActionButton>
        </Aside>
      )}
    </Question>
  );
}
