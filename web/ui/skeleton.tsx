import { useTranslation } from 'react-i18next';
import classes from './skeleton.module.css';

/** The shape of a page that is still on its way; invisible for the first 300 ms, so that quick answers do not flicker. */
export function Skeleton() {
  const { t } = useTranslation();
  return (
    <div className={classes.skeleton} role="status">
      <span className={classes.hidden}>{t('frame.loading')}</span>
      <span className={classes.bar} data-size="short" />
      <span className={classes.bar} data-size="title" />
      <span className={classes.bar} />
      <span className={classes.bar} />
    </div>
  );
}
