import { useTranslation } from 'react-i18next';
import { ActionButton } from '../../ui/action-button.tsx';
import { switchKeys, useKeysOn } from './key-setting.ts';
import classes from './people.module.css';

interface KeyHelpProps {
  shown: boolean;
  /** Each key and what it does. */
  keys: readonly (readonly [key: string, what: string])[];
  onClose: () => void;
}

/** What the keys do, and where single letters and signs are switched off. */
export function KeyHelp({ shown, keys, onClose }: KeyHelpProps) {
  const { t } = useTranslation('helpdesk');
  const isOn = useKeysOn();
  if (!shown) return null;
  return (
    <section className={classes.keys} aria-label={t('keys')}>
      <h2 className={classes.heading}>{t('keys')}</h2>
      <dl className={classes.facts}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p role="status">{isOn ? '' : t('keys.off')}</p>
      <p className={classes.tools}>
        <ActionButton look="quiet" onPress={() => switchKeys(!isOn)}>
          {t(isOn ? 'keys.switch-off' : 'keys.switch-on')}
        </ActionButton>
        <ActionButton look="quiet" onPress={onClose}>
          {t('keys.hide')}
        </ActionButton>
      </p>
    </section>
  );
}
