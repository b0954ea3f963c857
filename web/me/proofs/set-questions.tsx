import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddedFactor, OwnFactors } from '../../../shared/api/own-factors.ts';
import { normaliseAnswer } from '../../../shared/question-answer.ts';
import { FormActions } from '../../ui/form-actions.tsx';
import { Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useAsked } from '../../use-asked.ts';
import classes from '../me.module.css';
import { meApi } from '../me-api.ts';
import type { Ask } from '../use-fresh-proof.tsx';

interface SetQuestionsProps {
  choice: NonNullable<OwnFactors['questions']>;
  ask: Ask;
  onAdded: (added: AddedFactor) => void;
  onBack: () => void;
}

interface Row {
  question: string;
  answer: string;
}

const fieldOf = (what: keyof Row, index: number) => `${what}-${index}`;

/** Questions of one's own choice, and what only oneself answers to them. */
export function SetQuestions({ choice, ask, onAdded, onBack }: SetQuestionsProps) {
  const { t } = useTranslation('me');
  const [rows, setRows] = useState<readonly Row[]>(() => Array.from({ length: choice.setUp }, () => ({ question: '', answer: '' })));
  const [own, setOwn] = useState<readonly Mistake[]>([]);
  const { busy, mistake, mistakes, send } = useAsked();
  const change = (index: number, part: Partial<Row>) =>
    setRows((before) => before.map((row, at) => (at === index ? { ...row, ...part } : row)));

  const submit = () => {
    const missing = rows.flatMap(({ question, answer }, index): Mistake[] => {
      if (question === '') return [{ text: t('proofs.questions.choose', { number: index + 1 }), field: fieldOf('question', index) }];
      return normaliseAnswer(answer) === ''
        ? [{ text: t('proofs.questions.answer.missing', { number: index + 1 }), field: fieldOf('answer', index) }]
        : [];
    });
    setOwn(missing);
    if (missing.length > 0) return;
    void send(async () => {
      const failure = await ask(() => meApi.setQuestions(rows), onAdded);
      if (failure?.kind !== 'problem' || failure.code !== 'enrolment.answers-refused') return failure;
      setOwn((failure.errors ?? []).map(mistakeIn));
      return undefined;
    });
  };
  /** `path` is the question, or `all`; `message` why in one word. */
  const mistakeIn = ({ path, message }: { path: string; message: string }): Mistake => {
    const index = rows.findIndex((row) => row.question === path);
    const text = t(`proofs.questions.problem.${message}`);
    return index < 0 ? { text } : { text: t('proofs.questions.problem', { number: index + 1, text }), field: fieldOf('answer', index) };
  };
  const shown = own.length > 0 ? own : mistakes;
  const at = (field: string) => own.find((each) => each.field === field)?.text;
  return (
    <Question title={t('proofs.questions.title')} mistakes={shown} focusOn={shown[0] ?? mistake} onSubmit={submit}>
      <Prose>
        <p>{t('proofs.questions.text')}</p>
      </Prose>
      {rows.map(({ question, answer }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows neither move nor go
        <div key={index} className={classes.section}>
          <SelectField
            id={fieldOf('question', index)}
            label={t('proofs.questions.question', { number: index + 1 })}
            empty={t('proofs.questions.choose.one')}
            value={question}
            onChange={(value) => change(index, { question: value })}
            options={choice.pool
              .filter(({ id }) => id === question || rows.every((row) => row.question !== id))
              .map(({ id, text, language }) => ({ value: id, label: text, lang: language }))}
            error={at(fieldOf('question', index))}
          />
          <TextField
            id={fieldOf('answer', index)}
            label={t('proofs.questions.answer', { number: index + 1 })}
            value={answer}
            onChange={(value) => change(index, { answer: value })}
            autoComplete="off"
            error={at(fieldOf('answer', index))}
          />
        </div>
      ))}
      <FormActions submit={t('proofs.rename.save')} busy={busy} onBack={onBack} />
    </Question>
  );
}
