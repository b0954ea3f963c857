import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppliedConfiguration, CheckedConfiguration } from '../../../shared/api/configuration.ts';
import type { InstallationPermission } from '../../../shared/permissions.ts';
import type { Failure } from '../../api.ts';
import { formatList, formatTime } from '../../format.ts';
import { useAuthor } from '../../me/use-author.ts';
import { useFreshProof } from '../../me/use-fresh-proof.tsx';
import { isOver } from '../../me/use-loaded.ts';
import { mistakeOf } from '../../portal/mistake-of.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TextField } from '../../ui/text-field.tsx';
import classes from '../admin.module.css';
import { adminApi } from '../admin-api.ts';
import { ChangeList } from './change-list.tsx';
import { DraftCountPart } from './draft-count-part.tsx';
import { ProblemList } from './problem-list.tsx';
import type { Json } from './setting-schema.ts';
import { useDraftCount } from './use-draft-count.ts';

interface ReviewProps {
  document: Json;
  base: number;
  may: readonly InstallationPermission[];
  contact: string;
  comment: string;
  onComment: (comment: string) => void;
  onJudged: (judged: CheckedConfiguration) => void;
  onMend: (path: string) => void;
  /** Goes on from what somebody else has put into force: with this change laid over it, or without. */
  onOther: (version: number, document: Json | undefined) => void;
  onApplied: (applied: AppliedConfiguration) => void;
  onBack: () => void;
  onOver: () => void;
}

/** What a change does, before it is made: what is wrong, what differs, and why. */
export function ReviewPage(props: ReviewProps) {
  const { document, base, may, contact, comment, onComment, onJudged, onMend, onApplied, onBack, onOver } = props;
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const [judged, setJudged] = useState<CheckedConfiguration>();
  const [failure, setFailure] = useState<Failure>();
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const look = useCallback(async () => {
    const outcome = await adminApi.check(document, base);
    if (outcome.ok) {
      setJudged(outcome.value);
      onJudged(outcome.value);
    } else if (isOver(outcome.failure)) onOver();
    else setFailure(outcome.failure);
  }, [document, base, onJudged, onOver]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each document that is shown
  useEffect(() => {
    setJudged(undefined);
    setFailure(undefined);
    void look();
  }, [document, base]);
  const fail = (trouble: Failure) => {
    setFailure(trouble);
    // Somebody was quicker: what they changed is told by the check.
    if (trouble.kind === 'problem' && trouble.code === 'configuration.conflict') void look();
  };
  const fresh = useFreshProof({ contact, onOver, late: fail });
  const take = (applied: AppliedConfiguration) => {
    if (applied.problems.some(({ severity }) => severity === 'error')) void look();
    else onApplied(applied);
  };
  const submit = async () => {
    setMissing(comment.trim() === '');
    if (comment.trim() === '' || busy) return;
    setBusy(true);
    setFailure(undefined);
    const trouble = await fresh.ask(() => adminApi.apply(document, base, comment.trim()), take);
    setBusy(false);
    if (trouble !== undefined) fail(trouble);
  };
  if (fresh.page !== undefined) return fresh.page;
  const mistakes: Mistake[] = [
    ...(failure === undefined ? [] : [mistakeOf(failure, portal)]),
    ...(missing ? [{ text: t('review.comment.missing'), field: 'comment' }] : []),
  ];
  if (judged?.other != null) return <OtherChange {...props} other={judged.other} judged={judged} mistakes={mistakes} />;
  const lacks = judged?.needs.permissions.filter((each) => !may.includes(each)) ?? [];
  const canSave = judged?.ok === true && judged.changes.length > 0 && lacks.length === 0;
  return (
    <Question
      title={t('review.title')}
      mistakes={mistakes}
      focusOn={mistakes[0]?.text ?? judged}
      {...(canSave ? { onSubmit: () => void submit() } : {})}
    >
      {judged === undefined ? (
        failure === undefined && <Skeleton />
      ) : (
        <>
          {!judged.ok && <Notice tone="warning">{t('review.errors')}</Notice>}
          {judged.keeps === false && <Notice tone="warning">{t('review.shut-out')}</Notice>}
          {judged.ok && judged.keeps === null && <Notice tone="warning">{t('review.shut-out.unknown')}</Notice>}
          {lacks.length > 0 && (
            <Notice tone="warning">
              {t('review.lacks', { permissions: formatList(lacks.map((each) => `“${t(`permission.${each}`)}”`)) })}
            </Notice>
          )}
          {judged.problems.length > 0 && (
            <>
              <h2 className={classes.heading}>{t('review.problems')}</h2>
              <ProblemList problems={judged.problems} document={document} onMend={onMend} />
            </>
          )}
          {judged.ok && (
            <>
              <h2 className={classes.heading}>{t('review.changes')}</h2>
              <ChangeList changes={judged.changes} document={document} />
            </>
          )}
          {judged.ok && judged.changes.some(isAboutProof) && <DraftCounts document={document} base={base} onOver={onOver} />}
          {canSave && (
            <>
              <TextField
                id="comment"
                label={t('review.comment')}
                hint={t('review.comment.hint')}
                error={missing ? t('review.comment.missing') : undefined}
                value={comment}
                onChange={onComment}
                autoComplete="off"
              />
              {judged.needs.proof === 'passkey' && (
                <Prose>
                  <p>{t('review.passkey')}</p>
                </Prose>
              )}
            </>
          )}
        </>
      )}
      {canSave ? (
        <FormActions submit={t('review.save')} busy={busy} back={t('configuration.sections')} onBack={onBack} />
      ) : (
        <Actions>
          <ActionButton onPress={onBack}>{t('configuration.sections')}</ActionButton>
        </Actions>
      )}
    </Question>
  );
}

function DraftCounts({ document, base, onOver }: Pick<ReviewProps, 'document' | 'base' | 'onOver'>) {
  return <DraftCountPart counted={useDraftCount(document, base, onOver)} isChanging withRules />;
}

/** Whether a change can be about who can prove themselves. */
function isAboutProof({ path }: CheckedConfiguration['changes'][number]): boolean {
  return /^(?:recovery\.(?:rules|goals)|signIn\.(?:rules|enabled)|directories|factors\.manager|roles)/.test(path);
}

interface OtherProps extends ReviewProps {
  judged: CheckedConfiguration;
  other: NonNullable<CheckedConfiguration['other']>;
  mistakes: readonly Mistake[];
}

/** Somebody was quicker: both changes side by side, and how to go on. */
function OtherChange({ document, judged, other, mistakes, onOther, onBack }: OtherProps) {
  const { t } = useTranslation('admin');
  const { version, comment, at, changes, merged } = other;
  const author = useAuthor()(other.author);
  const whole = merged as Json | null;
  return (
    <Question title={t('conflict.title')} mistakes={mistakes} focusOn="conflict">
      <Prose>
        <p>{t('conflict.text', { version, author, comment, time: formatTime(at) })}</p>
        <p>{t(whole === null ? 'conflict.same' : 'conflict.apart')}</p>
      </Prose>
      <h2 className={classes.heading}>{t('conflict.theirs', { author })}</h2>
      <ChangeList changes={changes} />
      <h2 className={classes.heading}>{t('conflict.mine')}</h2>
      {judged.ok ? <ChangeList changes={judged.changes} document={document} /> : <p>{t('review.errors')}</p>}
      <Actions>
        {whole !== null && <ActionButton onPress={() => onOther(version, whole)}>{t('conflict.merge')}</ActionButton>}
        <ActionButton look="secondary" onPress={() => onOther(version, undefined)}>
          {t('conflict.take-theirs', { version })}
        </ActionButton>
        <ActionButton look="quiet" onPress={onBack}>
          {t('configuration.sections')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
