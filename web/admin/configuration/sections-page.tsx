import { useTranslation } from 'react-i18next';
import type { ShownConfiguration } from '../../../shared/api/configuration.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Aside, Chip, Prose, QuietLink } from '../../ui/layout.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Question } from '../../ui/question.tsx';
import classes from '../admin.module.css';
import { SCHEMA_LANGUAGE } from './setting-context.ts';
import { SettingPurpose } from './setting-hint.tsx';
import { type SettingSchema, wordsOf } from './setting-schema.ts';

interface SectionsProps {
  shown: ShownConfiguration;
  schema: SettingSchema;
  /** Sections that are changed and not saved. */
  changed: readonly string[];
  onSection: (name: string) => void;
  onReview: () => void;
  onDiscard: () => void;
  onVersions: () => void;
  onBack: () => void;
}

/** The parts of the configuration. */
export function SectionsPage({ shown, schema, changed, onSection, onReview, onDiscard, onVersions, onBack }: SectionsProps) {
  const { t } = useTranslation('admin');
  const { t: portal } = useTranslation();
  const sections = Object.entries(schema.properties ?? {}).filter(([, part]) => part.const === undefined);
  return (
    <Question title={t('configuration.title')} focusOn="sections">
      <Prose>
        <p>{t('configuration.text', { version: shown.version })}</p>
      </Prose>
      {shown.readOnly && <Notice>{t('configuration.read-only')}</Notice>}
      {changed.length > 0 && <Notice>{t('configuration.not-saved', { count: changed.length })}</Notice>}
      <ul className={classes.list}>
        {sections.map(([name, part]) => (
          <li key={name} className={classes.item}>
            <span>
              <QuietLink onPress={() => onSection(name)}>
                <span lang={SCHEMA_LANGUAGE}>{wordsOf(name)}</span>
              </QuietLink>{' '}
              {changed.includes(name) && <Chip>{t('configuration.changed')}</Chip>}
            </span>
            {part.description !== undefined && (
              <p className={classes.quiet} lang={SCHEMA_LANGUAGE}>
                <SettingPurpose schema={part} />
              </p>
            )}
          </li>
        ))}
      </ul>
      <Actions>
        {changed.length > 0 && <ActionButton onPress={onReview}>{t('configuration.review')}</ActionButton>}
        {changed.length > 0 && (
          <ActionButton look="secondary" onPress={onDiscard}>
            {t('configuration.discard')}
          </ActionButton>
        )}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
      <Aside>
        <QuietLink onPress={onVersions}>{t('versions.title')}</QuietLink>
      </Aside>
    </Question>
  );
}
