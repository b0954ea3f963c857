import { useTranslation } from 'react-i18next';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import { Chip, QuietLink } from '../../ui/layout.tsx';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';

/** What was found, each with the way to where it can be mended. */
export function ProblemList({ problems, onMend }: { problems: readonly ShownProblem[]; onMend: (path: string) => void }) {
  const { t } = useTranslation('admin');
  return (
    <ul className={classes.changes}>
      {problems.map(({ path, message, severity, isNew }) => (
        <li key={`${path}: ${message}`} className={classes.change}>
          <p>
            <Chip>{t(`problem.${severity}`)}</Chip> {isNew && <Chip>{t('problem.new')}</Chip>}
          </p>
          <p lang={SCHEMA_LANGUAGE}>{message}</p>
          <QuietLink onPress={() => onMend(path)}>{path}</QuietLink>
        </li>
      ))}
    </ul>
  );
}
