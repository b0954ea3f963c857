import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueuedMessage } from '../../shared/api/queue.ts';
import type { Failure } from '../api.ts';
import { formatTime } from '../format.ts';
import { useFreshProof } from '../me/use-fresh-proof.tsx';
import { useLoaded } from '../me/use-loaded.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Actions, Announcement, Prose } from '../ui/layout.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextField } from '../ui/text-field.tsx';
import classes from './admin.module.css';
import { adminApi } from './admin-api.ts';

interface QueueProps {
  contact: string;
  onBack: () => void;
  onOver: () => void;
}

/** Messages that have not left, and what can be done about each. */
export function QueuePage({ contact, onBack, onOver }: QueueProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const { value, failure, load } = useLoaded(adminApi.queue, onOver);
  const [mistake, setMistake] = useState<Mistake>();
  const [done, setDone] = useState('');
  const [deleting, setDeleting] = useState<QueuedMessage>();
  const fail = (trouble: Failure) => setMistake(mistakeOf(trouble, portal));
  const fresh = useFreshProof({ contact, onOver, late: fail });
  const after = (text: string) => () => {
    setDone(text);
    setDeleting(undefined);
    void load();
  };
  const retry = async ({ id }: QueuedMessage) => {
    setDone('');
    setMistake(undefined);
    const trouble = await fresh.ask(() => adminApi.retryMessage(id), after(t('queue.retried')));
    if (trouble !== undefined) fail(trouble);
  };
  const remove = async (id: string, reason: string) => {
    const trouble = await fresh.ask(() => adminApi.deleteMessage(id, reason), after(t('queue.deleted')));
    if (trouble === undefined) return;
    setDeleting(undefined);
    fail(trouble);
  };
  const told = failure === undefined ? mistake : mistakeOf(failure, portal);
  if (fresh.page !== undefined) return fresh.page;
  if (deleting !== undefined)
    return <DeletePage message={deleting} onDelete={(reason) => void remove(deleting.id, reason)} onBack={() => setDeleting(undefined)} />;
  return (
    <Question
      title={t('queue.title')}
      message={done === '' ? undefined : done}
      mistakes={told === undefined ? [] : [told]}
      focusOn={told ?? (done === '' ? 'queue' : done)}
    >
      <Prose>
        <p>{t('queue.text')}</p>
        {value?.messages.length === 0 && <p>{t('queue.none')}</p>}
      </Prose>
      {value === undefined && failure === undefined && <Skeleton />}
      <ul className={classes.list}>
        {value?.messages.map((message) => (
          <li key={message.id} className={classes.item}>
            <MessageRow
              message={message}
              onRetry={() => void retry(message)}
              onDelete={() => {
                setDone('');
                setMistake(undefined);
                setDeleting(message);
              }}
            />
          </li>
        ))}
      </ul>
      {value?.more === true && <p>{t('queue.more')}</p>}
      <Actions>
        <ActionButton onPress={() => void load()}>{t('queue.reload')}</ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
      <Announcement>{done}</Announcement>
    </Question>
  );
}

function useWhat(): (message: QueuedMessage) => string {
  const { t } = useTranslation('admin');
  return ({ kind, lane, to }) => {
    const parts = { kind: t(`queue.kind.${kind}`), lane: t(`queue.lane.${lane}`) };
    return to === null ? t('queue.what.nobody', parts) : t('queue.what', { ...parts, to });
  };
}

function MessageRow({ message, onRetry, onDelete }: { message: QueuedMessage; onRetry: () => void; onDelete: () => void }) {
  const { t, i18n } = useTranslation('admin');
  const what = useWhat()(message);
  const { state, attempts, createdAt, nextAt, problem } = message;
  const mayRetry = state === 'given-up' || state === 'retrying';
  return (
    <>
      <h2 className={classes.ruleName}>{what}</h2>
      <p>{t(`queue.state.${state}`, { count: attempts, time: nextAt === null ? '' : formatTime(nextAt) })}</p>
      {problem !== null && (
        <p>{i18n.exists(`queue.problem.${problem}`, { ns: 'admin' }) ? t(`queue.problem.${problem}`) : t('queue.problem', { problem })}</p>
      )}
      <p className={classes.quiet}>{t('queue.since', { time: formatTime(createdAt) })}</p>
      <Actions>
        {mayRetry && (
          <ActionButton look="secondary" label={t('queue.retry.of', { what })} onPress={onRetry}>
            {t('queue.retry')}
          </ActionButton>
        )}
        {(mayRetry || state === 'expired') && (
          <ActionButton look="quiet" label={t('queue.delete.of', { what })} onPress={onDelete}>
            {t('queue.delete')}
          </ActionButton>
        )}
      </Actions>
    </>
  );
}

const FIELD = 'delete-reason';

function DeletePage({ message, onDelete, onBack }: { message: QueuedMessage; onDelete: (reason: string) => void; onBack: () => void }) {
  const { t } = useTranslation('admin');
  const what = useWhat()(message);
  const [reason, setReason] = useState('');
  const [mistake, setMistake] = useState<Mistake>();
  const submit = () => {
    if (reason.trim() === '') return setMistake({ text: t('queue.delete.missing'), field: FIELD });
    onDelete(reason.trim());
  };
  return (
    <Question
      title={t('queue.delete.title')}
      icon="alert"
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? 'delete'}
      onSubmit={submit}
    >
      <Prose>
        <p>{what}</p>
        <p>{t('queue.delete.text')}</p>
      </Prose>
      <TextField
        id={FIELD}
        label={t('queue.delete.reason')}
        error={mistake?.field === FIELD ? mistake.text : undefined}
        value={reason}
        onChange={setReason}
        autoComplete="off"
      />
      <FormActions submit={t('queue.delete')} look="danger" busy={false} onBack={onBack} />
    </Question>
  );
}
