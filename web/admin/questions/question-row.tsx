import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Chip } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import classes from '../admin.module.css';
import { LANGUAGES, type PooledQuestion } from './pools.ts';

interface QuestionRowProps {
  /** Begins the ids of its fields. */
  name: string;
  question: PooledQuestion;
  /** It is in the version in force: people may refer to its id. */
  isKnown: boolean;
  /** Who has set it up; undefined: not counted yet. */
  use: { people: number; asWordedBefore: number } | undefined;
  readOnly: boolean;
  onChange: (question: PooledQuestion) => void;
  onRemove: () => void;
}

/** One question: its words in each language, who has set it up, and what becomes of them when it goes. */
export function QuestionRow({ name, question, isKnown, use, readOnly, onChange, onRemove }: QuestionRowProps) {
  const { t } = useTranslation('admin');
  const [asking, setAsking] = useState(false);
  const { id, texts, retired } = question;
  const title = id === '' ? t('questions.new') : id;
  const remove = () => (use?.people === 0 ? onRemove() : setAsking(true));
  const retire = () => {
    setAsking(false);
    onChange({ ...question, retired: true });
  };
  return (
    <fieldset className={classes.plain} disabled={readOnly}>
      <legend className={classes.ruleName}>
        {title} {retired && <Chip>{t('questions.retired')}</Chip>}
      </legend>
      {use !== undefined && <p>{t('questions.use', { count: use.people })}</p>}
      {use !== undefined && use.asWordedBefore > 0 && <p>{t('questions.use.before', { count: use.asWordedBefore })}</p>}
      {!isKnown && (
        <TextField
          id={`${name}-id`}
          label={t('questions.id')}
          hint={t('questions.id.hint')}
          value={id}
          onChange={(next) => onChange({ ...question, id: next })}
          autoComplete="off"
        />
      )}
      {LANGUAGES.map((language) => (
        <TextField
          key={language}
          id={`${name}-${language}`}
          label={t(`questions.in.${language}`)}
          value={texts[language] ?? ''}
          onChange={(text) => {
            const { [language]: _, ...others } = texts;
            onChange({ ...question, texts: text === '' ? others : { ...texts, [language]: text } });
          }}
          autoComplete="off"
        />
      ))}
      {asking && (
        <Notice tone="warning">
          <p>
            {use === undefined ? t('questions.remove.not-counted') : t('questions.remove.used', { count: use.people })}{' '}
            {t('questions.remove.what')}
          </p>
          <Actions>
            <ActionButton look="danger" label={t('questions.remove.anyway.of', { question: title })} onPress={onRemove}>
              {t('questions.remove.anyway')}
            </ActionButton>
            {!retired && (
              <ActionButton look="secondary" onPress={retire}>
                {t('questions.remove.retire')}
              </ActionButton>
            )}
          </Actions>
        </Notice>
      )}
      {!readOnly && (
        <Actions>
          {isKnown && (
            <ActionButton
              look="quiet"
              label={t(retired ? 'questions.take-back.of' : 'questions.retire.of', { question: title })}
              onPress={() => onChange({ ...question, retired: !retired })}
            >
              {t(retired ? 'questions.take-back' : 'questions.retire')}
            </ActionButton>
          )}
          <ActionButton look="quiet" label={t('questions.remove.of', { question: title })} onPress={isKnown ? remove : onRemove}>
            {t('questions.remove')}
          </ActionButton>
        </Actions>
      )}
    </fieldset>
  );
}
