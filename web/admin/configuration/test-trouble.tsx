import { useTranslation } from 'react-i18next';
import type { TestedText } from '../../../shared/api/test-message.ts';
import { Notice } from '../../ui/notice.tsx';

/** Why a test was not taken, and what to do about it. In English, as all that is found at servers. */
export function TestTrouble({ trouble }: { trouble: TestedText['trouble'] | undefined }) {
  const { t } = useTranslation('admin');
  if (trouble === undefined || trouble === null) return null;
  const { code, problem, fix } = trouble;
  return (
    <Notice tone="warning">
      {t('test.refused')} <span lang="en">{problem === '' ? code : `${problem}.`}</span>
      {fix !== '' && (
        <>
          <br />
          {t('test.fix')} <span lang="en">{fix}.</span>
        </>
      )}
    </Notice>
  );
}
