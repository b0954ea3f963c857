import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecoveryGoal } from '../../shared/api/journeys.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ChoiceCards } from '../ui/choice-cards.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Actions, Aside, NextLine, Prose, QuietLink } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import { loadDraft } from './draft.ts';

const ICONS: Record<RecoveryGoal, IconName> = { 'reset-password': 'key', 'unlock-account': 'lock', 'find-username': 'person' };

interface GoalPageProps {
  goals: readonly RecoveryGoal[];
  onChosen: (goal: RecoveryGoal) => void;
  /** Absent where nobody can sign in. */
  onSignIn?: () => void;
  /** Absent where nobody helps people who call. */
  onCall?: () => void;
}

/** "What do you need?" */
export function GoalPage({ goals, onChosen, onSignIn, onCall }: GoalPageProps) {
  const { t } = useTranslation();
  const [goal, setGoal] = useState<RecoveryGoal | undefined>(() => goals.find((each) => each === loadDraft()?.goal));
  const [tries, setTries] = useState(0);
  const error = tries > 0 && goal === undefined ? t('goal.missing') : undefined;
  const submit = () => (goal === undefined ? setTries(tries + 1) : onChosen(goal));
  const elsewhere = (onSignIn || onCall) && (
    <Aside>
      {onSignIn && <QuietLink onPress={onSignIn}>{t('goal.sign-in')}</QuietLink>}
      {onCall && <QuietLink onPress={onCall}>{t('goal.confirm-call')}</QuietLink>}
    </Aside>
  );
  // No proof would count: as the rules are, or while a threat is raised.
  if (goals.length === 0)
    return (
      <Question title={t('goal.none.title')} mistakes={[]} focusOn="none">
        <Prose>
          <p>{t('goal.none.text')}</p>
        </Prose>
        {elsewhere}
      </Question>
    );
  return (
    <Question title={t('goal.title')} mistakes={error ? [{ text: error, field: 'goal' }] : []} focusOn={tries} onSubmit={submit}>
      <ChoiceCards
        id="goal"
        question={t('goal.title')}
        choices={goals.map((each) => ({ value: each, label: t(`goal.${each}`), hint: t(`goal.${each}.hint`), icon: ICONS[each] }))}
        selected={goal === undefined ? [] : [goal]}
        onSelect={([chosen]) => setGoal(goals.find((each) => each === chosen))}
        error={error}
      />
      <Actions>
        <ActionButton type="submit">{t('action.continue')}</ActionButton>
      </Actions>
      <NextLine>{t('goal.next')}</NextLine>
      {elsewhere}
    </Question>
  );
}
