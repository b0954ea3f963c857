import { useTranslation } from 'react-i18next';
import type { TestedText } from '../../../shared/api/test-message.ts';
import { Notice } from '../../ui/notice.tsx';

/** Where on the page it stands why a test was not taken. */
export const troubleId = (name: string) => `trouble-${name.replaceAll(/[^\w-]/g, '-')}`;

/** Why a test was not taken, and what to do about it. In English, as all that is found at servers. */
export function TestTrouble({ name, trouble }: { name: string; trouble: TestedText['trouble'] | undefined }) {
  const { t } = useTranslation('admin');
  if (trouble === undefined || trouble === null) return null;
  const { code, problem, fix } = trouble;
  return (
    <div id={troubleId(name)} tabIndex={-1}>
      <Notice tone="warning">
        {t('test.refused')} <span lang="en">{problem === '' ? code : `${problem}.`}</span>
        {fix !== '' && (
          <>
            <br />
            {t('test.fix')} <span lang="en">{fix}.</span>
          </>
        )}
      </Notice>
    </div>
  );
}
