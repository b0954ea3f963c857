import { useTranslation } from 'react-i18next';
import type { Case } from '../../../shared/api/cases.ts';
import { Aside, QuietLink } from '../../ui/layout.tsx';

interface OwnCasesProps {
  cases: readonly Case[];
  onCase: (opened: Case) => void;
}

/** The cases of an agent that are not over: whoever has left one in the middle of a call goes on with it. */
export function OwnCases({ cases, onCase }: OwnCasesProps) {
  const { t } = useTranslation('me');
  if (cases.length === 0) return null;
  return (
    <Aside>
      <p>{t('case.own')}</p>
      {cases.map((each) => (
        <QuietLink key={each.id} onPress={() => onCase(each)}>
          {t(`case.${each.action}`, { name: each.account.displayName })}
        </QuietLink>
      ))}
    </Aside>
  );
}
