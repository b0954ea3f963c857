import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdminOverview } from '../../shared/api/admin.ts';
import type { Failure } from '../api.ts';
import { useFreshProof } from '../me/use-fresh-proof.tsx';
import { mistakeOf } from '../portal/mistake-of.ts';
import { FormActions } from '../ui/form-actions.tsx';
import { Announcement, Prose } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Mistake, Question } from '../ui/question.tsx';
import { TextField } from '../ui/text-field.tsx';
import { adminApi } from './admin-api.ts';
import { useKinds } from './use-kinds.ts';

const FIELD = 'threat-reason';

interface ThreatProps extends Pick<AdminOverview, 'threat' | 'raisingEnds'> {
  contact: string;
  /** It stands otherwise now. */
  onChanged: () => void;
  onBack: () => void;
  onOver: () => void;
}

/** The one switch: raised by one, lifted by two. */
export function ThreatPage({ contact, threat, raisingEnds, onChanged, onBack, onOver }: ThreatProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const kinds = useKinds();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [mistake, setMistake] = useState<Mistake>();
  const [done, setDone] = useState('');
  const fail = (failure: Failure) => {
    setMistake(mistakeOf(failure, portal));
    // What is raised now is shown before it is lifted.
    if (failure.kind === 'problem' && failure.code === 'threat.changed') onChanged();
  };
  const fresh = useFreshProof({ contact, onOver, late: fail });

  const submit = async () => {
    if (busy) return;
    setDone('');
    if (threat === null && reason.trim() === '') return setMistake({ text: t('threat.reason.missing'), field: FIELD });
    setMistake(undefined);
    setBusy(true);
    const after = (text: string) => () => {
      setDone(text);
      setReason('');
      onChanged();
    };
    const failure =
      threat === null
        ? await fresh.ask(() => adminApi.raiseThreat(reason.trim()), after(t('threat.is-raised')))
        : await fresh.ask(
            () => adminApi.liftThreat(threat.seen),
            ({ lifted }) => after(t(lifted ? 'threat.is-lifted' : 'threat.is-noted'))(),
          );
    setBusy(false);
    if (failure !== undefined) fail(failure);
  };
  if (fresh.page !== undefined) return fresh.page;
  return (
    <Question
      title={t('threat.title')}
      icon="alert"
      message={done === '' ? undefined : done}
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? done}
      onSubmit={() => void submit()}
    >
      <Prose>
        <p>{t(threat === null ? 'threat.raise.text' : 'threat.lift.text')}</p>
      </Prose>
      {raisingEnds !== null && (
        <Notice tone="warning">
          {t(raisingEnds.returns ? 'threat.raise.ends' : 'threat.raise.shuts-out', { kinds: kinds(raisingEnds.kinds, ', ') })}
        </Notice>
      )}
      {threat === null && (
        <TextField
          id={FIELD}
          label={t('threat.reason')}
          hint={t('threat.reason.hint')}
          error={mistake?.field === FIELD ? mistake.text : undefined}
          value={reason}
          onChange={setReason}
          autoComplete="off"
        />
      )}
      <FormActions
        // Another button: it does the opposite, and does not fade into it.
        key={threat === null ? 'raise' : 'lift'}
        submit={t(threat === null ? 'threat.raise' : 'threat.lift')}
        look={threat === null ? 'danger' : 'primary'}
        busy={busy}
        onBack={onBack}
      />
      <Announcement>{done}</Announcement>
    </Question>
  );
}
