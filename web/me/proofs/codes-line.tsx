import { useTranslation } from 'react-i18next';
import type { OwnFactor } from '../../../shared/api/own-factors.ts';
import { FEW_RECOVERY_CODES } from '../../../shared/few-recovery-codes.ts';
import { Notice } from '../../ui/notice.tsx';
import classes from '../me.module.css';
import { CountsFrom } from './counts-from.tsx';

/** The recovery codes that are left, as one line of a list, and a word when they run out; nothing where there are none. */
export function CodesLine({ codes }: { codes: readonly Pick<OwnFactor, 'countsFrom'>[] }) {
  const { t } = useTranslation('me');
  if (codes.length === 0) return null;
  return (
    <li className={classes.item}>
      <div>
        <p>{t('proofs.codes')}</p>
        <p className={classes.quiet}>{t('proofs.codes.left', { count: codes.length })}</p>
        <CountsFrom at={codes[0]?.countsFrom ?? null} />
      </div>
      {codes.length <= FEW_RECOVERY_CODES && <Notice tone="warning">{t('proofs.codes.few')}</Notice>}
    </li>
  );
}
