import { useTranslation } from 'react-i18next';
import type { OwnFactors } from '../../../shared/api/own-factors.ts';
import { formatTime } from '../../format.ts';
import { Icon } from '../../ui/icon.tsx';
import classes from '../me.module.css';

/** By which of the accepted combinations the account can be recovered, and what the others lack. */
export function WaysBack({ ways }: Pick<OwnFactors, 'ways'>) {
  const { t } = useTranslation('me');
  const isOpen = ways.some(({ missing }) => missing.length === 0);
  const sentence = ({ kinds, missing, from }: OwnFactors['ways'][number]) => {
    if (missing.length === kinds.length) return t('ways.not-set-up');
    if (missing.length > 0) return t('ways.missing', { kinds: named(missing) });
    return from === null ? t('ways.ready') : t('ways.from', { time: formatTime(from) });
  };
  const named = (kinds: OwnFactors['ways'][number]['kinds']) => kinds.map((kind) => t(`kind.${kind}`)).join(' + ');
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{t('ways.title')}</h2>
      <p>{t(ways.length === 0 ? 'ways.none-accepted' : isOpen ? 'ways.text' : 'ways.none')}</p>
      <ul className={classes.list}>
        {ways.map((way) => (
          <li key={way.kinds.join()} className={classes.way}>
            <Icon name={way.missing.length > 0 ? 'circle' : way.from === null ? 'check' : 'clock'} />
            <span>
              {named(way.kinds)}
              <span className={classes.quiet}> {sentence(way)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
