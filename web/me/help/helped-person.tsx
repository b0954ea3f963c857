import { useTranslation } from 'react-i18next';
import type { HelpedAccount } from '../../../shared/api/help.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Actions, Prose } from '../../ui/layout.tsx';
import { type Mistake, Question } from '../../ui/question.tsx';
import classes from '../me.module.css';

interface HelpedPersonProps {
  helped: HelpedAccount;
  busy: boolean;
  mistake: Mistake | undefined;
  onAct: (action: PersonPermission) => void;
  /** What is done for verified callers alone. */
  onCase: (action: PersonPermission) => void;
  onBack: () => void;
}

/** Who was found, and what may be done for them; each button comes with what it does. */
export function HelpedPerson({ helped: { account, may, inCase }, busy, mistake, onAct, onCase, onBack }: HelpedPersonProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const name = account.displayName;
  const direct = may.filter((action) => !inCase.includes(action));
  const lock = account.locked === null ? 'overview.lock.unknown' : account.locked ? 'overview.lock.yes' : 'overview.lock.no';
  return (
    <Question title={name} icon="person" mistakes={mistake === undefined ? [] : [mistake]} focusOn={mistake ?? account.id}>
      <dl className={classes.facts}>
        <div>
          <dt>{t('overview.account')}</dt>
          <dd>{account.login}</dd>
        </div>
        <div>
          <dt>{t('overview.directory')}</dt>
          <dd>{account.label}</dd>
        </div>
        <div>
          <dt>{t('overview.lock')}</dt>
          <dd>{t(lock)}</dd>
        </div>
      </dl>
      <Prose>
        {direct.map((action) => (
          <p key={action}>{t(`help.${action}.explain`, { name })}</p>
        ))}
        {inCase.length > 0 && <p>{t('case.explain', { name })}</p>}
      </Prose>
      <Actions>
        {direct.map((action) => (
          <ActionButton key={action} look="secondary" busy={busy} onPress={() => onAct(action)}>
            {t(`help.${action}`)}
          </ActionButton>
        ))}
        {inCase.map((action) => (
          <ActionButton key={`case-${action}`} look="secondary" busy={busy} onPress={() => onCase(action)}>
            {t(`case.begin.${action}`)}
          </ActionButton>
        ))}
        <ActionButton look="quiet" onPress={onBack}>
          {portal('action.back')}
        </ActionButton>
      </Actions>
    </Question>
  );
}
