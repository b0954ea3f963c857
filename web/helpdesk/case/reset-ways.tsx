import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import { formatTime } from '../../format.ts';
import { useLoaded } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Digits, NextLine, Prose } from '../../ui/layout.tsx';
import { caseApi } from './case-api.ts';

interface ResetWaysProps {
  shown: Case;
  busy: boolean;
  onLink: (to: string) => void;
  /** A temporary password is made and sent to this number. */
  onSend: (to: string) => void;
  /** A temporary password is made and told to the agent. */
  onTold: () => void;
  /** The session has ended meanwhile. */
  onOver: () => void;
}

/** How the password of a verified caller is set: by a link that they open, or else one that is told. */
export function ResetWays({ shown, busy, onLink, onSend, onTold, onOver }: ResetWaysProps) {
  const { t } = useTranslation('me');
  const { value: choice, failure } = useLoaded(() => caseApi.resetChoice(shown.id), onOver);
  const { t: portal } = useTranslation();
  const name = shown.account.displayName;
  if (failure !== undefined) return <NextLine>{mistakeOf(failure, portal).text}</NextLine>;
  if (choice === undefined) return null;
  const send = shown.state === 'sent' ? 'case.link.again' : 'case.link.send';
  const hasLink = choice.ways.includes('link') || choice.ways.includes('link-by-text');
  return (
    <>
      {hasLink && shown.state !== 'sent' && (
        <Prose>
          <p>{t(choice.channels.length > 0 ? 'case.link.text' : 'case.link.none', { name })}</p>
        </Prose>
      )}
      <Actions>
        {choice.channels.map(({ id, to, over }) => (
          <ActionButton key={id} busy={busy} look={shown.state === 'sent' ? 'secondary' : 'primary'} onPress={() => onLink(id)}>
            {t(over === 'sms' ? `${send}.sms` : send, { to })}
          </ActionButton>
        ))}
      </Actions>
      {choice.numbers.length > 0 && (
        <Aside>
          <p>{t('case.sent-by-text.text', { name })}</p>
          <Actions>
            {choice.numbers.map(({ id, to }) => (
              <ActionButton key={id} look="secondary" busy={busy} onPress={() => onSend(id)}>
                {t('case.sent-by-text', { to })}
              </ActionButton>
            ))}
          </Actions>
        </Aside>
      )}
      {choice.ways.includes('told') && (
        <Aside>
          <p>{t(hasLink ? 'case.told.text' : 'help.reset-password.explain', { name })}</p>
          <ActionButton look="secondary" busy={busy} onPress={onTold}>
            {t('help.reset-password')}
          </ActionButton>
        </Aside>
      )}
    </>
  );
}

/** The link that was sent, and the number that belongs to it. */
export function SentLink({ shown }: { shown: Case }) {
  const { t } = useTranslation('me');
  if (shown.link === undefined) return null;
  const { to, endsAt, number } = shown.link;
  return (
    <>
      <Prose>
        <p>{t('case.link.sent', { to, time: formatTime(endsAt) })}</p>
        <h2>{t('case.link.number')}</h2>
      </Prose>
      <Digits>{number}</Digits>
    </>
  );
}
