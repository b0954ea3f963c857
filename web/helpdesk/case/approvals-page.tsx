import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CaseApproval } from '../../../shared/api/cases.ts';
import { formatList, formatTime } from '../../format.ts';
import { useFreshProof } from '../../me/use-fresh-proof.tsx';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Aside, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useLive } from '../live/use-live.ts';
import { caseApi } from './case-api.ts';

interface ApprovalsPageProps {
  contact: string;
  onBack: () => void;
  onOver: () => void;
}

/** What other agents want to do that takes a second one. */
export function ApprovalsPage({ contact, onBack, onOver }: ApprovalsPageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const ask = useCallback(() => caseApi.approvals(), []);
  const { value, failure, load } = useLoaded(ask, onOver);
  useLive((event) => (event.notice?.kind === 'approval-asked' || event.missed) && void load(), onOver);
  const [mistake, setMistake] = useState<Mistake>();
  const [done, setDone] = useState('');
  const [busy, setBusy] = useState(false);
  const fresh = useFreshProof({ contact, onOver, late: (late) => setMistake(mistakeOf(late, portal)) });

  const decide = async ({ case: id, agent }: CaseApproval, decision: { approve: boolean; reason?: string }) => {
    if (busy) return;
    setBusy(true);
    setMistake(undefined);
    setDone('');
    const after = () => {
      setDone(t(decision.approve ? 'approvals.approved' : 'approvals.refused', { name: agent.displayName }));
      void load();
    };
    const failed = await fresh.ask(() => caseApi.decide(id, decision), after);
    setBusy(false);
    if (failed === undefined) return;
    setMistake(mistakeOf(failed, portal));
    void load();
  };
  if (fresh.page !== undefined) return fresh.page;
  const shown = mistake ?? (failure === undefined ? undefined : mistakeOf(failure, portal));
  return (
    <Question
      title={t('approvals.title')}
      icon="person"
      message={done === '' ? undefined : done}
      mistakes={shown === undefined ? [] : [shown]}
      focusOn={shown ?? done}
    >
      <Prose>
        <p>{t(value?.approvals.length === 0 ? 'approvals.none' : 'approvals.text')}</p>
      </Prose>
      {value?.incomplete && <Notice tone="warning">{t('approvals.incomplete')}</Notice>}
      {value?.approvals.map((each) => (
        <Waiting key={each.case} waiting={each} busy={busy} onDecide={(decision) => void decide(each, decision)} onMistake={setMistake} />
      ))}
      <Actions>
        <ActionButton look="secondary" onPress={() => void load()}>
          {t('approvals.look')}
        </ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
      <Announcement>{done}</Announcement>
    </Question>
  );
}

interface WaitingProps {
  waiting: CaseApproval;
  busy: boolean;
  onDecide: (decision: { approve: boolean; reason?: string }) => void;
  onMistake: (mistake: Mistake) => void;
}

function Waiting({ waiting, busy, onDecide, onMistake }: WaitingProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [why, setWhy] = useState('');
  const [missing, setMissing] = useState(false);
  const { account, action, kinds, agent, ticket, reason, verified, askedAt } = waiting;
  const field = `why-${waiting.case}`;
  const given = why.trim() === '' ? {} : { reason: why.trim() };
  const refuse = () => {
    setMissing(why.trim() === '');
    if (why.trim() === '') return onMistake({ text: t('approvals.why.missing'), field });
    onDecide({ approve: false, ...given });
  };
  return (
    <Aside>
      <Prose>
        <h2>{t(`case.${action}`, { name: account.displayName })}</h2>
        {kinds !== undefined && <p>{t('case.kinds.chosen', { kinds: formatList(kinds.map((kind) => t(`kind.${kind}`))) })}</p>}
        <p>{t('approvals.whom', { login: account.login, directory: account.directory })}</p>
        <p>{t('approvals.agent', { name: agent.displayName, login: agent.login, time: formatTime(askedAt) })}</p>
        <p>
          {verified === undefined
            ? t('approvals.unverified')
            : t('approvals.verified', {
                time: formatTime(verified.at),
                way: t(`approvals.way.${verified.way}`),
                kinds: verified.proofs.map((kind) => portal(`factor.${kind}`)).join(', '),
              })}
        </p>
        {ticket !== undefined && <p>{t('approvals.ticket', { ticket })}</p>}
        {reason !== undefined && <p>{t('approvals.reason', { reason })}</p>}
      </Prose>
      <TextField
        id={field}
        label={t('approvals.why')}
        error={missing ? t('approvals.why.missing') : undefined}
        value={why}
        onChange={setWhy}
        autoComplete="off"
      />
      <Actions>
        <ActionButton busy={busy} onPress={() => onDecide({ approve: true, ...given })}>
          {t('approvals.approve')}
        </ActionButton>
        <ActionButton look="danger" busy={busy} onPress={refuse}>
          {t('approvals.refuse')}
        </ActionButton>
      </Actions>
    </Aside>
  );
}
