import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { normaliseAnswer } from '../../../shared/question-answer.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Announcement, Aside, NextLine, QuietLink } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

/** A name that stays the same, so that a password manager knows the field again. */
const fieldOf = (question: string) => `question-${question}`;

/** The person's own questions, all on one page: what is wrong with an answer is told of all of them together. */
export function QuestionsStep(props: StepProps<'questions'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [missing, setMissing] = useState<Mistake[]>([]);
  const [shown, setShown] = useState(false);
  const { mistakes, message, focusOn } = useStepMessages(props, undefined, missing[0]);

  const submit = () => {
    const empty = step.questions.filter(({ id }) => normaliseAnswer(answers[id] ?? '') === '');
    setMissing(empty.map(({ id }) => ({ text: t('questions.missing'), field: fieldOf(id) })));
    if (empty.length > 0) return;
    void answer({ answers: step.questions.map(({ id }) => ({ question: id, answer: answers[id] ?? '' })) });
  };

  return (
    <Question
      title={t('questions.title')}
      progress={t('progress.proof')}
      message={message}
      mistakes={missing.length > 0 ? missing.slice(0, 1) : mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      <NextLine>{t('questions.how')}</NextLine>
      {step.questions.map(({ id, text, language }) => (
        <TextField
          key={id}
          id={fieldOf(id)}
          label={text}
          language={language}
          error={missing.find(({ field }) => field === fieldOf(id))?.text}
          value={answers[id] ?? ''}
          onChange={(value) => setAnswers((before) => ({ ...before, [id]: value }))}
          type={shown ? 'text' : 'password'}
          autoComplete="off"
        />
      ))}
      <Announcement>{t(shown ? 'questions.shown' : 'questions.hidden')}</Announcement>
      {step.attemptsLeft !== undefined && <NextLine>{t('code.attempts', { count: step.attemptsLeft })}</NextLine>}
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
        <ActionButton look="secondary" onPress={() => setShown(!shown)}>
          {t(shown ? 'questions.hide' : 'questions.show')}
        </ActionButton>
      </Actions>
      {step.canGoBack && (
        <Aside>
          <QuietLink onPress={() => void answer({ back: true })}>{t('code.other-way')}</QuietLink>
        </Aside>
      )}
    </Question>
  );
}
