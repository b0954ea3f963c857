import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import classes from './people.module.css';

const KEYS = ['/', '↓ ↑', 'Enter', 'Esc', '?'] as const;

/** What the keys do. */
export function KeyHelp({ shown, onClose }: { shown: boolean; onClose: () => void }) {
  const { t } = useTranslation('helpdesk');
  if (!shown) return null;
  return (
    <section className={classes.keys} aria-label={t('keys')}>
      <h2 className={classes.heading}>{t('keys')}</h2>
      <dl className={classes.facts}>
        {KEYS.map((key) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`keys.${key}`)}</dd>
          </div>
        ))}
      </dl>
      <p>
        <ActionButton look="quiet" onPress={onClose}>
          {t('keys.hide')}
        </ActionButton>
      </p>
    </section>
  );
}
