import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import { OwnCases } from '../../helpdesk/case/own-cases.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Aside, Prose, QuietLink } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';

const FIELD = 'helped';

interface FindHelpedProps {
  /** The directory does not tell of all roles. */
  incomplete: boolean;
  /** There is a page on which they find people by less than the whole name. */
  sees: boolean;
  /** The agent's own that are not over. */
  cases: readonly Case[];
  busy: boolean;
  mistake: Mistake | undefined;
  onFind: (name: string) => void;
  onCase: (opened: Case) => void;
  onApprovals: () => void;
  onBack: () => void;
}

/** Whose account it is about. */
export function FindHelped({ incomplete, sees, cases, busy, mistake, onFind, onCase, onApprovals, onBack }: FindHelpedProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [name, setName] = useState('');
  const [missing, setMissing] = useState<Mistake>();
  const shown = missing ?? mistake;
  const submit = () => {
    const typed = name.trim();
    setMissing(typed === '' ? { text: t('help.name.missing'), field: FIELD } : undefined);
    if (typed !== '') onFind(typed);
  };
  return (
    <Question title={t('help.title')} icon="person" mistakes={shown === undefined ? [] : [shown]} focusOn={shown} onSubmit={submit}>
      <Prose>
        <p>{t('help.text')}</p>
      </Prose>
      {incomplete && <Notice tone="warning">{t('help.incomplete')}</Notice>}
      <TextField id={FIELD} label={t('help.name')} error={missing?.text} value={name} onChange={setName} autoComplete="off" />
      <FormActions submit={portal('action.continue')} busy={busy} onBack={onBack} />
      {sees && (
        <Aside>
          <a href="/helpdesk">{t('help.people')}</a>
        </Aside>
      )}
      <Aside>
        <QuietLink onPress={onApprovals}>{t('approvals.open')}</QuietLink>
      </Aside>
      <OwnCases cases={cases} onCase={onCase} />
    </Question>
  );
}
