import { useTranslation } from 'react-i18next';
import type { RecoveryCodesMade } from '../../../shared/api/own-factors.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { keepFile } from '../../ui/keep-file.ts';
import { Actions, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../me.module.css';

/** Ten codes, this once: to copy, to print, to keep as a file. */
export function CodesMade({ made, onBack }: { made: RecoveryCodesMade; onBack: () => void }) {
  const { t } = useTranslation('me');
  const text = `${made.codes.join('\n')}\n`;
  const words = { copy: t('proofs.codes.copy'), copied: t('proofs.codes.copied'), failed: t('proofs.codes.copy.failed') };
  const keep = () => keepFile(`${t('proofs.codes.file')}.txt`, text, 'text/plain');
  return (
    <Question title={t('proofs.codes.title')} icon="key">
      <Notice tone="warning">
        {made.countsFrom === null ? t('proofs.codes.once.now') : t('proofs.codes.once', { time: formatTime(made.countsFrom) })}
      </Notice>
      <ul className={classes.codes}>
        {made.codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Prose>
        <p>{t('proofs.codes.text')}</p>
      </Prose>
      <Actions>
        <CopyButton text={text} words={words} />
        <ActionButton look="secondary" onPress={() => window.print()}>
          {t('proofs.codes.print')}
        </ActionButton>
        <ActionButton look="secondary" onPress={keep}>
          {t('proofs.codes.download')}
        </ActionButton>
      </Actions>
      <Actions>
        <ActionButton onPress={onBack}>{t('proofs.codes.kept')}</ActionButton>
      </Actions>
    </Question>
  );
}
