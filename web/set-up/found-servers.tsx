import { useTranslation } from 'react-i18next';
import type { ShownDirectory } from '../../shared/api/set-up.ts';
import classes from './set-up.module.css';

/** The servers behind an address: which of them answer, and what is wrong with the others. */
export function FoundServers({ found }: { found: ShownDirectory }) {
  const { t } = useTranslation('set-up');
  return (
    <section className={classes.part}>
      <h2>{t('found.servers')}</h2>
      <ul className={classes.list}>
        {found.servers.map(({ url, trouble }) => (
          <li key={url}>
            <strong>{url}</strong>: {trouble === null ? t('found.answers') : <span lang="en">{trouble.problem}</span>}
            {trouble !== null && (
              <div className={classes.quiet} lang="en">
                {trouble.fix}
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
