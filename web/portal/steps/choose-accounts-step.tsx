import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { ChoiceCards } from '../../ui/choice-cards.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Actions, Chip, NextLine } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { type StepProps, useStepMessages } from './step-props.ts';

/** "Which of your accounts?" */
export function ChooseAccountsStep(props: StepProps<'choose-accounts'>) {
  const { step, busy, answer } = props;
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => step.accounts.filter((account) => account.selected).map((account) => account.id));
  const [missing, setMissing] = useState<Mistake>();
  const { mistakes, message, focusOn, fieldError } = useStepMessages(props, 'accounts', missing);

  const submit = () => {
    if (chosen.length === 0) return setMissing({ text: t('choose-accounts.missing'), field: 'accounts' });
    setMissing(undefined);
    void answer({ accounts: chosen });
  };
  const chips = {
    locked: (
      <Chip>
        <Icon name="lock" />
        {t('choose-accounts.locked')}
      </Chip>
    ),
    notKnown: <Chip>{t('choose-accounts.lock-not-known')}</Chip>,
  };

  return (
    <Question
      title={t('choose-accounts.title')}
      progress={t('progress.finish')}
      message={message}
      mistakes={mistakes}
      focusOn={focusOn}
      onSubmit={submit}
    >
      <ChoiceCards
        id="accounts"
        question={t('choose-accounts.title')}
        choices={step.accounts.map((account) => ({
          value: account.id,
          label: account.label,
          ...(account.locked === false ? {} : { chip: account.locked ? chips.locked : chips.notKnown }),
        }))}
        selected={chosen}
        onSelect={setChosen}
        many
        error={fieldError}
      />
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('action.continue')}
        </ActionButton>
      </Actions>
      <NextLine>{t('choose-accounts.next')}</NextLine>
    </Question>
  );
}
