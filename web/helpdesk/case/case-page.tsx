import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import { serverNow } from '../../api.ts';
import { formatList, formatTime } from '../../format.ts';
import { isOver } from '../../me/use-loaded.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Digits, NextLine, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { useLive } from '../live/use-live.ts';
import { type CallerSaid, caseApi, type TypedKind } from './case-api.ts';
import { OtherWays } from './other-ways.tsx';
import { ResetWays, SentLink } from './reset-ways.tsx';

const POLL_AFTER = 2000;

interface CasePageProps {
  opened: Case;
  busy: boolean;
  mistake: Mistake | undefined;
  /** A second agent was asked just now. */
  asked: boolean;
  /** No answer came to an act. */
  lost: boolean;
  onAct: (unverified: boolean) => void;
  onAsk: (kind: TypedKind) => void;
  onAnswer: (said: CallerSaid) => void;
  onVouch: () => void;
  /** The caller is to be sent the address of the page. */
  onPage: (over: 'email' | 'sms') => void;
  /** A link is to be sent to this mailbox or number. */
  onLink: (to: string) => void;
  /** A temporary password is to be sent to this number. */
  onSend: (to: string) => void;
  onClose: () => void;
  onBack: () => void;
  /** The session has ended meanwhile. */
  onOver: () => void;
}

/** A call: the numbers until the caller is verified, then the one button for what the case is for. */
export function CasePage({
  opened,
  busy,
  mistake: given,
  asked,
  lost,
  onAct,
  onLink,
  onSend,
  onAsk,
  onAnswer,
  onVouch,
  onPage,
  onClose,
  onBack,
  onOver,
}: CasePageProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { shown, isOffline } = useCase(opened, given, onOver);
  const mistake = useStanding(given, shown.state);
  const name = shown.account.displayName;
  const title = shown.state === 'closed' ? t(`case.closed.${shown.because ?? 'by-agent'}`, { name }) : t(`case.${shown.action}`, { name });
  const isVerified = shown.state === 'verified';
  const isReset = shown.action === 'reset-password';
  const { approval } = shown;
  const kinds = formatList((shown.kinds ?? []).map((kind) => t(`kind.${kind}`)));
  const isClosed = shown.state === 'closed';
  // What became of it the case says, once it is over.
  const wrong = lost ? (isClosed ? undefined : { ...mistake, text: t('case.lost') }) : mistake;
  const isUnseen = lost && shown.because === 'acted' && (isReset || shown.action === 'issue-pass');
  const isWaiting = approval?.state === 'waiting' || (asked && approval === undefined);
  return (
    <Question
      title={title}
      icon={isVerified ? 'check' : shown.state === 'closed' ? 'alert' : 'person'}
      {...(isVerified ? { tone: 'good' as const } : shown.state === 'closed' ? { tone: 'warning' as const } : {})}
      mistakes={wrong === undefined ? [] : [wrong]}
      focusOn={mistake ?? `${shown.state} ${shown.asked?.kind} ${shown.readOut.length}`}
    >
      {shown.state === 'open' && shown.kinds !== undefined && (
        <Prose>
          <p>{t('case.kinds.chosen', { kinds })}</p>
        </Prose>
      )}
      {shown.state === 'open' && <Numbers shown={shown} busy={busy} onPage={onPage} />}
      {shown.state === 'open' && shown.otherWays.length > 0 && (
        <OtherWays shown={shown} busy={busy} onAsk={onAsk} onAnswer={onAnswer} onVouch={onVouch} />
      )}
      {shown.verified !== undefined && isVerified && (
        <Prose>
          <p>{t(`case.verified.${shown.verified.way}`, { name, time: formatTime(shown.verified.goodUntil) })}</p>
          {!isReset && <p>{t(`help.${shown.action}.explain`, { name, kinds })}</p>}
        </Prose>
      )}
      {shown.state === 'sent' && <SentLink shown={shown} />}
      {shown.state === 'acting' && isReset && <NextLine>{t('case.link.acting', { name })}</NextLine>}
      {isReset && (isVerified || shown.state === 'sent') && !isWaiting && (
        <ResetWays
          key={shown.state}
          shown={shown}
          busy={busy}
          onLink={onLink}
          onSend={onSend}
          onTold={() => onAct(false)}
          onOver={onOver}
        />
      )}
      {isWaiting && shown.state !== 'closed' && <Notice>{t('approval.waiting')}</Notice>}
      {approval !== undefined && approval.state !== 'waiting' && shown.because !== 'acted' && (
        <Notice>{t(`approval.${approval.state}`, { name: approval.by, reason: approval.reason })}</Notice>
      )}
      {isUnseen && <Notice tone="warning">{t('case.lost.acted')}</Notice>}
      {isOffline && <NextLine>{t('case.offline')}</NextLine>}
      <Actions>
        {isVerified && !isReset && !isWaiting && (
          <ActionButton busy={busy} onPress={() => onAct(false)}>
            {t(`help.${shown.action}`)}
          </ActionButton>
        )}
        {shown.state === 'closed' ? (
          <ActionButton look="secondary" onPress={onBack}>
            {portal('action.back')}
          </ActionButton>
        ) : (
          <ActionButton look="quiet" busy={busy} onPress={onClose}>
            {t('case.close')}
          </ActionButton>
        )}
      </Actions>
      {shown.state === 'open' && shown.mayUnverified && !isWaiting && (
        <Aside>
          <p>{t('case.unverified.text', { name })}</p>
          <ActionButton look="danger" busy={busy} onPress={() => onAct(true)}>
            {t('case.unverified')}
          </ActionButton>
        </Aside>
      )}
    </Question>
  );
}

function Numbers({ shown, busy, onPage }: { shown: Case; busy: boolean; onPage: CasePageProps['onPage'] }) {
  const { t } = useTranslation('me');
  const name = shown.account.displayName;
  return (
    <>
      <Prose>
        <p>
          {t(shown.otherWays.includes('read-back') ? 'case.call.text.read-back' : 'case.call.text', {
            name,
            address: `${window.location.host}/call`,
          })}
        </p>
      </Prose>
      <Actions>
        {(['email', 'sms'] as const).map((over) => (
          <ActionButton key={over} look="quiet" busy={busy} onPress={() => onPage(over)}>
            {t(`case.page.${over}`)}
          </ActionButton>
        ))}
      </Actions>
      {shown.page !== undefined && <NextLine>{t(`case.page.sent.${shown.page.over}`, { name })}</NextLine>}
      <Prose>
        <h2>{t('case.spoken')}</h2>
      </Prose>
      <Digits>{shown.numbers?.spoken}</Digits>
      <Prose>
        <p>{t('case.spoken.when', { name })}</p>
        <h2>{t('case.shown')}</h2>
      </Prose>
      <Digits>{shown.numbers?.shown}</Digits>
      <NextLine>{`${t('case.tries', { count: shown.triesLeft })} ${t('case.until', { time: formatTime(shown.expiresAt) })}`}</NextLine>
    </>
  );
}

/** What went wrong while the caller waited to be verified is of no account any more once they are, or the case is over. */
function useStanding(mistake: Mistake | undefined, state: Case['state']): Mistake | undefined {
  const [since, setSince] = useState({ mistake, state });
  if (since.mistake !== mistake) setSince({ mistake, state });
  const isPast = since.mistake === mistake && since.state === 'open' && (state === 'verified' || state === 'closed');
  return isPast ? undefined : mistake;
}

/** The case as it is now: asked for again when it has moved on, and every few seconds where nobody would say so; until it is over. */
function useCase(opened: Case, mistake: Mistake | undefined, onOver: () => void): { shown: Case; isOffline: boolean } {
  const [shown, setShown] = useState(opened);
  // What an act of the agent made of it is known at once; what was refused may have moved it on as well.
  useEffect(() => setShown(opened), [opened]);
  const [isOffline, setOffline] = useState(false);
  const [moved, setMoved] = useState(0);
  const isLive = useLive((event) => (event.case === opened.id || event.missed) && setMoved((count) => count + 1), onOver);
  const isClosed = shown.state === 'closed';
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it has moved it is asked for again
  useEffect(() => {
    if (isClosed) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const outcome = await caseApi.see(opened.id, abort.signal);
      if (abort.signal.aborted) return;
      if (outcome.ok) setShown(outcome.value.case);
      else if (isOver(outcome.failure)) return onOver();
      setOffline(!outcome.ok);
      // That it is past its time is told by nobody.
      const expires = Date.parse(opened.expiresAt) + POLL_AFTER - serverNow();
      timer = setTimeout(() => void look(), isLive && outcome.ok ? Math.max(expires, POLL_AFTER) : POLL_AFTER);
    };
    timer = setTimeout(() => void look(), isLive ? 0 : POLL_AFTER);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [opened.id, opened.expiresAt, isClosed, isLive, moved, mistake, onOver]);
  return { shown, isOffline };
}
