import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Digits, NextLine, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { CallerSaid, TypedKind } from './case-api.ts';

const CODES = ['email', 'sms', 'totp'] as const;

interface OtherWaysProps {
  shown: Case;
  busy: boolean;
  onAsk: (kind: TypedKind) => void;
  onAnswer: (said: CallerSaid) => void;
  onVouch: () => void;
}

/** How a caller is verified who cannot do it on their own device, as far as the agent's role has it. */
export function OtherWays({ shown, busy, onAsk, onAnswer, onVouch }: OtherWaysProps) {
  const { t } = useTranslation('me');
  const name = shown.account.displayName;
  const { otherWays, asked, readOut, codesNeeded, vouch } = shown;
  const may = (way: (typeof otherWays)[number]) => otherWays.includes(way);
  return (
    <Aside apart>
      <Prose>
        <h2>{t('case.ways')}</h2>
        <p>{t('case.ways.text', { name })}</p>
      </Prose>
      {may('read-back') && <Notice tone="warning">{t('case.read-back.warning', { name })}</Notice>}
      {may('read-back') && readOut.length > 0 && (
        <NextLine>
          {t('case.read-back.so-far', { count: codesNeeded - readOut.length, kinds: readOut.map((kind) => t(`kind.${kind}`)).join(', ') })}
        </NextLine>
      )}
      {asked !== undefined && <Answers key={asked.until + asked.kind} asked={asked} name={name} busy={busy} onAnswer={onAnswer} />}
      {vouch !== undefined && <Vouching vouch={vouch} name={name} />}
      <Actions>
        {may('read-back') &&
          CODES.filter((kind) => !readOut.includes(kind)).map((kind) => (
            <ActionButton key={kind} look="secondary" busy={busy} onPress={() => onAsk(kind)}>
              {t(`case.ask.${kind}`)}
            </ActionButton>
          ))}
        {may('questions') && (
          <ActionButton look="secondary" busy={busy} onPress={() => onAsk('questions')}>
            {t('case.ask.questions')}
          </ActionButton>
        )}
        {may('manager') && (
          <ActionButton look="secondary" busy={busy} onPress={onVouch}>
            {t(vouch === undefined ? 'case.ask.manager' : 'case.ask.manager.again')}
          </ActionButton>
        )}
      </Actions>
    </Aside>
  );
}

interface AnswersProps {
  asked: NonNullable<Case['asked']>;
  name: string;
  busy: boolean;
  onAnswer: (said: CallerSaid) => void;
}

/** What the caller says is typed here, and shown to nobody who looks on. */
function Answers({ asked, name, busy, onAnswer }: AnswersProps) {
  const { t } = useTranslation('me');
  const { kind, questions, until } = asked;
  const [said, setSaid] = useState<string[]>(() => (kind === 'questions' ? questions.map(() => '') : ['']));
  const set = (index: number) => (value: string) => setSaid((before) => before.with(index, value));
  const isComplete = said.every((each) => each.trim() !== '');
  const submit = () => onAnswer(kind === 'questions' ? { answers: said } : { code: said[0] ?? '' });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete && !busy) submit();
      }}
    >
      {kind === 'questions' ? (
        questions.map(({ text, language }, index) => (
          <TextField
            key={text}
            id={`answer-${index}`}
            label={text}
            language={language}
            type="password"
            value={said[index] ?? ''}
            onChange={set(index)}
            autoComplete="off"
          />
        ))
      ) : (
        <TextField
          id="read-out"
          label={t(`case.code.${kind}`, { name })}
          hint={t('case.code.hint')}
          value={said[0] ?? ''}
          onChange={set(0)}
          autoComplete="off"
          inputMode="numeric"
          width="code"
        />
      )}
      <NextLine>{t('case.asked.until', { time: formatTime(until) })}</NextLine>
      <Actions>
        <ActionButton type="submit" busy={busy}>
          {t('case.answer')}
        </ActionButton>
      </Actions>
    </form>
  );
}

/** The digits for the caller, who reads them to whoever vouches. */
function Vouching({ vouch, name }: { vouch: NonNullable<Case['vouch']>; name: string }) {
  const { t } = useTranslation('me');
  if (vouch.isRefused) return <Notice tone="warning">{t('case.vouch.refused')}</Notice>;
  return (
    <>
      <Prose>
        <h2>{t('case.vouch')}</h2>
        <p>{t('case.vouch.text', { name })}</p>
      </Prose>
      <Digits>{vouch.digits}</Digits>
      <NextLine>{t('case.vouch.until', { time: formatTime(vouch.until) })}</NextLine>
    </>
  );
}
