import { useTranslation } from 'react-i18next';
import type { AdminOverview } from '../../shared/api/admin.ts';
import type { InstallationPermission } from '../../shared/permissions.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Prose, QuietLink } from '../ui/layout.tsx';
import { Question } from '../ui/question.tsx';
import classes from './admin.module.css';

interface HomeProps {
  overview: AdminOverview;
  go: (to: string) => void;
  onSignOut: () => void;
}

/** The pages that each permission opens. */
const PAGES: Readonly<
  Record<
    InstallationPermission,
    readonly (
      | 'configuration'
      | 'rules'
      | 'questions'
      | 'try'
      | 'queue'
      | 'health'
      | 'threat'
      | 'roles'
      | 'tokens'
      | 'reports'
      | 'history'
    )[]
  >
> = {
  'manage-configuration': ['configuration', 'rules', 'questions', 'try', 'health', 'queue', 'threat'],
  'manage-roles': ['roles', 'tokens'],
  'view-history': ['reports', 'history'],
};

/** What this person may do here. */
export function HomePage({ overview, go, onSignOut }: HomeProps) {
  const { t } = useTranslation('admin');
  return (
    <Question title={t('title')} icon="lock" focusOn="home">
      <Prose>
        {overview.session === 'emergency' && <p>{t('home.emergency')}</p>}
        <p>{t('home.text', { version: overview.configuration })}</p>
      </Prose>
      <ul className={classes.list}>
        {overview.may.map((permission) => (
          <li key={permission} className={classes.item}>
            <p className={classes.quiet}>{t(`permission.${permission}`)}</p>
            {PAGES[permission].map((page) => (
              <QuietLink key={page} onPress={() => go(`/admin?page=${page}`)}>
                {t(`${page}.title`)}
              </QuietLink>
            ))}
          </li>
        ))}
      </ul>
      <Actions>
        <ActionButton look="quiet" onPress={onSignOut}>
          {t('sign-out')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
