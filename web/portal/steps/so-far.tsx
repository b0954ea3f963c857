import { useTranslation } from 'react-i18next';
import type { Result } from '../../../shared/api/journeys.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Aside } from '../../ui/layout.tsx';
import { ResultList } from '../../ui/result-list.tsx';
import { resultLines } from './result-lines.ts';

/** What became of several accounts, where some of them are asked for once more. */
export function SoFar({ results }: { results: readonly Result[] | undefined }) {
  const { t } = useTranslation();
  return results === undefined ? null : <ResultList label={t('done.accounts')} lines={resultLines(results, t)} />;
}

/** "Leave it at that": the accounts that are left stay as they are. */
export function LeaveRest({ mayFinish, busy, onFinish }: { mayFinish: boolean | undefined; busy: boolean; onFinish: () => void }) {
  const { t } = useTranslation();
  if (mayFinish !== true) return null;
  return (
    <Aside>
      <p>{t('so-far.finish.hint')}</p>
      <ActionButton look="secondary" busy={busy} onPress={onFinish}>
        {t('so-far.finish')}
      </ActionButton>
    </Aside>
  );
}
