import { useTranslation } from 'react-i18next';
import type { FactorKind } from '../../../shared/api/journeys.ts';
import type { OwnFactor, OwnFactors } from '../../../shared/api/own-factors.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, NextLine, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import classes from '../me.module.css';
import { CodesLine } from './codes-line.tsx';
import { CountsFrom } from './counts-from.tsx';
import { WaysBack } from './ways-back.tsx';

interface ProofListProps {
  own: OwnFactors;
  limited: boolean;
  /** What was done just now. */
  said: string | undefined;
  mistake: Mistake | undefined;
  onAdd: (kind: FactorKind) => void;
  /** Goes on on the phone; absent on the phone itself. */
  onPhone?: (() => void) | undefined;
  onRename: (factor: OwnFactor) => void;
  onRemove: (factor: OwnFactor) => void;
  /** What comes after this page, where nothing here leads there. */
  next?: string | undefined;
  /** Of the button that leads back. */
  back: string;
  onBack: () => void;
}

/** What there is, by what the account can be recovered, and what can be added. */
export function ProofList({ own, limited, said, mistake, onAdd, onPhone, onRename, onRemove, next, back, onBack }: ProofListProps) {
  const { t } = useTranslation('me');
  const isFirst = limited && own.factors.length === 0;
  const codes = own.factors.filter(({ kind }) => kind === 'recovery-code');
  const others = own.factors.filter(({ kind }) => kind !== 'recovery-code');
  return (
    <Question
      title={t(isFirst ? 'proofs.first' : 'proofs.title')}
      icon="key"
      message={said}
      mistakes={mistake === undefined ? [] : [mistake]}
      focusOn={mistake ?? said}
    >
      <Prose>
        <p>{t(isFirst ? 'proofs.first.text' : 'proofs.text')}</p>
      </Prose>
      {own.factors.length === 0 ? (
        <Notice tone="warning">{t('proofs.none')}</Notice>
      ) : (
        <ul className={classes.list}>
          {others.map((factor) => (
            <Item key={factor.id} factor={factor} onRename={onRename} onRemove={onRemove} limited={limited} />
          ))}
          <CodesLine codes={codes} />
        </ul>
      )}
      <WaysBack ways={own.ways} />
      <section className={classes.section}>
        <h2 className={classes.heading}>{t('proofs.add')}</h2>
        {own.addable.length === 0 && <p>{t('proofs.add.none')}</p>}
        {own.coolDownHours > 0 && own.addable.length > 0 && (
          <p className={classes.quiet}>{t('proofs.cool-down', { count: own.coolDownHours })}</p>
        )}
        <ul className={classes.list}>
          {onPhone !== undefined && own.addable.length > 0 && (
            <li className={classes.item}>
              <div>
                <p>{t('phone.offer')}</p>
                <p className={classes.quiet}>{t('phone.offer.text')}</p>
              </div>
              <ActionButton look="secondary" onPress={onPhone}>
                {t('phone.offer.button')}
              </ActionButton>
            </li>
          )}
          {own.addable.map((kind) => (
            <li key={kind} className={classes.item}>
              <div>
                <p>{t(`proofs.add.${kind}`)}</p>
                <p className={classes.quiet}>{t(`proofs.add.${kind}.text`)}</p>
              </div>
              <ActionButton look="secondary" label={t(`proofs.add.${kind}.label`)} onPress={() => onAdd(kind)}>
                {t(kind === 'recovery-code' ? 'proofs.make' : kind === 'questions' ? 'proofs.set-up' : 'proofs.add.button')}
              </ActionButton>
            </li>
          ))}
        </ul>
      </section>
      <Actions>
        <ActionButton look={limited ? 'secondary' : 'primary'} onPress={onBack}>
          {back}
        </ActionButton>
      </Actions>
      {next !== undefined && <NextLine>{next}</NextLine>}
    </Question>
  );
}

interface ItemProps extends Pick<ProofListProps, 'onRename' | 'onRemove' | 'limited'> {
  factor: OwnFactor;
}

function Item({ factor, onRename, onRemove, limited }: ItemProps) {
  const { t } = useTranslation('me');
  const about = { kind: t(`kind.${factor.kind}`), name: factor.label };
  return (
    <li className={classes.item}>
      <div>
        <p>{about.kind}</p>
        <p className={classes.quiet}>{factor.label}</p>
        <CountsFrom at={factor.countsFrom} />
        {!factor.removable && <p className={classes.quiet}>{t('proofs.from-directory')}</p>}
      </div>
      {!limited && (
        <div className={classes.buttons}>
          {factor.renamable && (
            <ActionButton look="quiet" label={t('proofs.rename.label', about)} onPress={() => onRename(factor)}>
              {t('proofs.rename')}
            </ActionButton>
          )}
          {factor.removable && (
            <ActionButton look="secondary" label={t('proofs.remove.label', about)} onPress={() => onRemove(factor)}>
              {t('proofs.remove')}
            </ActionButton>
          )}
        </div>
      )}
    </li>
  );
}
