import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownFirstReset } from '../../shared/api/first-reset.ts';
import type { FinishedSetUp } from '../../shared/api/set-up.ts';
import { serverNow } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Exact, NextLine, Prose, QuietLink } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { protectedByWords } from '../ui/protected-by-words.ts';
import { type Mistake, Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextField } from '../ui/text-field.tsx';
import { FirstResetProgress } from './first-reset-progress.tsx';
import classes from './set-up.module.css';
import { setUpApi } from './set-up-api.ts';
import { useFirstReset } from './use-first-reset.ts';

const QrCode = lazy(() => import('../phone/qr-code.tsx').then((module) => ({ default: module.QrCode })));

const PERSON = 'set-up-test-person';

interface FirstResetProps {
  progress: string;
  /** What the step before has brought, should the server not be there to tell it any more. */
  finished: FinishedSetUp | undefined;
  onDone: (finished: FinishedSetUp | undefined) => void;
}

/** The last step: a test person of the directory sets another password, and what worked is shown as it happens. */
export function FirstResetStep({ progress, finished, onDone }: FirstResetProps) {
  const { t } = useTranslation('set-up');
  const { t: portal } = useTranslation();
  const { shown, setShown, failure, askAgain, isLate } = useFirstReset();
  const [name, setName] = useState('');
  const [address, setAddress] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [mistakes, setMistakes] = useState<readonly Mistake[]>([]);
  // Another person than the one who was named.
  const [isRenaming, setIsRenaming] = useState(false);
  /** What the directory has said about the person, in English. */
  const [detail, setDetail] = useState<string | null>(null);

  const work = async (each: () => Promise<readonly Mistake[]>) => {
    if (busy) return;
    setBusy(true);
    setDetail(null);
    setMistakes(await each());
    setBusy(false);
  };
  const nameThem = () =>
    work(async () => {
      if (name.trim() === '') return [{ text: t('reset.missing'), field: PERSON }];
      const outcome = await setUpApi.nameTestPerson(name.trim());
      if (!outcome.ok) return [mistakeOf(outcome.failure, portal, PERSON)];
      setShown(outcome.value.shown);
      const { unfit } = outcome.value;
      if (unfit !== null) {
        const why = t(`reset.unfit.${unfit.reason}`);
        const how = protectedByWords(t, unfit.detail);
        setDetail(how === undefined ? unfit.detail : null);
        return [{ text: how === undefined ? why : `${why} ${t('reset.unfit.by', { how })}`, field: PERSON }];
      }
      setAddress(undefined);
      setIsRenaming(false);
      return [];
    });
  const makeLink = () =>
    work(async () => {
      const outcome = await setUpApi.makeResetLink();
      if (!outcome.ok) return [mistakeOf(outcome.failure, portal)];
      setShown(outcome.value.shown);
      setAddress(outcome.value.address);
      return [];
    });
  const end = useCallback(async () => {
    const outcome = await setUpApi.end();
    // Ended in another window, or over by time: what the step before has told is what is left.
    if (!outcome.ok && !(outcome.failure.kind === 'problem' && outcome.failure.status === 404)) return [mistakeOf(outcome.failure, portal)];
    onDone(outcome.ok ? outcome.value : finished);
    return [];
  }, [finished, onDone, portal]);
  useEffect(() => {
    if (failure === 'over') onDone(finished);
  }, [failure, finished, onDone]);

  if (failure !== undefined && failure !== 'over') {
    return (
      <Question title={t('reset.title')} progress={progress} mistakes={[mistakeOf(failure, portal)]} focusOn={failure}>
        <Actions>
          <ActionButton onPress={askAgain}>{portal('action.try-again')}</ActionButton>
          <ActionButton look="quiet" onPress={() => onDone(finished)}>
            {t('reset.leave')}
          </ActionButton>
        </Actions>
      </Question>
    );
  }
  if (shown === undefined) {
    return isLate ? (
      <Question title={t('reset.title')} progress={progress} focusOn="late">
        <Notice tone="warning">{t('reset.late')}</Notice>
      </Question>
    ) : (
      <Skeleton />
    );
  }
  const { person, linksLeft } = shown;
  const { written, notice, isOpened } = shown.progress;
  const isNaming = person === null || isRenaming;
  const isDone = written === 'done' || written === 'unknown';
  // Whether the notice left is part of it: what waits for the mail server is not known to work.
  const hasWorked = written === 'done' && (notice === 'taken' || notice === 'nobody');
  const isOver = shown.linkEndsAt === null || written === 'failed' || (!isOpened && shown.linkEndsAt <= serverNow());
  const skip = (
    <div className={classes.part}>
      <p>
        <QuietLink onPress={() => void work(end)}>{t('reset.skip')}</QuietLink>
      </p>
      <p className={classes.quiet}>{t('reset.skip.text')}</p>
    </div>
  );
  if (isNaming) {
    return (
      <Question
        title={t('reset.title')}
        progress={progress}
        mistakes={mistakes}
        focusOn={mistakes.length === 0 ? 'name' : mistakes}
        onSubmit={() => void nameThem()}
      >
        <Prose>
          <p>{t('reset.text')}</p>
        </Prose>
        <TextField
          id={PERSON}
          label={t('reset.person')}
          hint={t('reset.person.hint')}
          error={mistakes.find(({ field }) => field === PERSON)?.text}
          value={name}
          onChange={setName}
          autoComplete="off"
        />
        {detail !== null && (
          <p className={classes.quiet} lang="en">
            {detail}
          </p>
        )}
        <Actions>
          <ActionButton type="submit" busy={busy}>
            {t('reset.find')}
          </ActionButton>
          {isRenaming && (
            <ActionButton look="quiet" onPress={() => setIsRenaming(false)}>
              {portal('action.back')}
            </ActionButton>
          )}
        </Actions>
        {skip}
      </Question>
    );
  }
  return (
    <Question
      title={t(hasWorked ? 'reset.done.title' : 'reset.title')}
      progress={progress}
      mistakes={mistakes}
      focusOn={mistakes.length === 0 ? (isDone ? 'done' : (address ?? person.login)) : mistakes}
      onSubmit={() => void (isDone ? work(end) : makeLink())}
    >
      {isOver && linksLeft > 0 && <Consequences person={person} />}
      {address !== undefined && !isOver && !isDone && <Link address={address} until={shown.linkEndsAt ?? 0} />}
      <Standstill shown={shown} isLate={isLate} />
      <FirstResetProgress shown={shown} />
      <Actions>
        {(isDone || isOver || address === undefined) && (isDone || linksLeft > 0) && (
          <ActionButton type="submit" busy={busy}>
            {t(isDone ? 'reset.end' : shown.linkEndsAt === null ? 'reset.make' : 'reset.again')}
          </ActionButton>
        )}
        {!isDone && (
          <ActionButton look="secondary" onPress={() => setIsRenaming(true)}>
            {t('reset.other')}
          </ActionButton>
        )}
      </Actions>
      {!isDone && linksLeft === 0 && isOver && <Notice tone="warning">{t('reset.no-more')}</Notice>}
      {!isDone && skip}
    </Question>
  );
}

/** Why what the page shows may stand still: the server or the directory does not answer. */
function Standstill({ shown: { trouble }, isLate }: { shown: ShownFirstReset; isLate: boolean }) {
  const { t } = useTranslation('set-up');
  if (isLate) return <Notice tone="warning">{t('reset.no-answer')}</Notice>;
  if (trouble === null) return null;
  return (
    <Notice tone="warning">
      {t('reset.trouble')} <span lang="en">{`${trouble.problem}.`}</span>
      {trouble.fix !== '' && <div lang="en">{trouble.fix}</div>}
    </Notice>
  );
}

/** What will happen, before it can. */
function Consequences({ person }: { person: NonNullable<ShownFirstReset['person']> }) {
  const { t } = useTranslation('set-up');
  const { name, login, directory, addresses } = person;
  return (
    <Notice tone="warning">
      {t('reset.consequences', { name, login, directory })}{' '}
      {addresses === null ? t('reset.told-not-known') : addresses === 0 ? t('reset.nobody-told') : t('reset.told', { count: addresses })}
    </Notice>
  );
}

function Link({ address, until }: { address: string; until: number }) {
  const { t } = useTranslation('set-up');
  return (
    <section className={classes.part}>
      <p>{t('reset.link')}</p>
      <Suspense fallback={null}>
        <QrCode text={address} label={t('reset.qr')} />
      </Suspense>
      <Exact>
        <a href={address} target="_blank" rel="noreferrer">
          {address}
        </a>
      </Exact>
      <NextLine>{t('reset.until', { time: formatTime(until) })}</NextLine>
    </section>
  );
}
