import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecoveryCodesMade } from '../../../shared/api/own-factors.ts';
import { formatTime } from '../../format.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { keepFile } from '../../ui/keep-file.ts';
import { Actions, Announcement, Prose } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../me.module.css';

/** Ten codes, this once: to copy, to print, to keep as a file. */
export function CodesMade({ made, onBack }: { made: RecoveryCodesMade; onBack: () => void }) {
  const { t } = useTranslation('me');
  const [copied, setCopied] = useState(false);
  const text = `${made.codes.join('\n')}\n`;
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  const keep = () => keepFile(`${t('proofs.codes.file')}.txt`, text, 'text/plain');
  return (
    <Question title={t('proofs.codes.title')} icon="key">
      <Notice tone="warning">{t('proofs.codes.once', { time: formatTime(made.countsFrom) })}</Notice>
      <ul className={classes.codes}>
        {made.codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Prose>
        <p>{t('proofs.codes.text')}</p>
      </Prose>
      <Announcement>{copied ? t('proofs.codes.copied') : ''}</Announcement>
      <Actions>
        <ActionButton look="secondary" onPress={copy}>
          {t(copied ? 'proofs.codes.copied' : 'proofs.codes.copy')}
        </ActionButton>
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
