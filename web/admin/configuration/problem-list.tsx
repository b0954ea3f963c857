import { useTranslation } from 'react-i18next';
import type { ShownProblem } from '../../../shared/api/configuration.ts';
import { Chip, QuietLink } from '../../ui/layout.tsx';
import classes from './configuration.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { pathInWords } from './setting-path.ts';
import type { Json } from './setting-schema.ts';

interface ProblemsProps {
  problems: readonly ShownProblem[];
  /** What they were found in. */
  document: Json;
  onMend: (path: string) => void;
}

/** What was found, each with the way to where it can be mended. */
export function ProblemList({ problems, document, onMend }: ProblemsProps) {
  const { t } = useTranslation('admin');
  return (
    <ul className={classes.changes}>
      {problems.map(({ path, message, severity, isNew }) => (
        <li key={`${path}: ${message}`} className={classes.change}>
          <p>
            <Chip>{t(`problem.${severity}`)}</Chip> {isNew && <Chip>{t('problem.new')}</Chip>}
          </p>
          <p lang={SCHEMA_LANGUAGE}>{message}</p>
          <QuietLink onPress={() => onMend(path)}>
            <span lang={SCHEMA_LANGUAGE}>{pathInWords(path, document)}</span>
          </QuietLink>
        </li>
      ))}
    </ul>
  );
}
