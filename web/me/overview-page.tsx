import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Me } from '../../shared/api/me.ts';
import { isForPeople } from '../../shared/permissions.ts';
import { serverNow } from '../api.ts';
import { formatTime } from '../format.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { Actions, Aside, QuietLink } from '../ui/layout.tsx';
import { Notice } from '../ui/notice.tsx';
import { Question } from '../ui/question.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import classes from './me.module.css';
import { meApi } from './me-api.ts';
import { CodesLine } from './proofs/codes-line.tsx';
import { CountsFrom } from './proofs/counts-from.tsx';
import { useLoaded } from './use-loaded.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

interface OverviewProps {
  go: (to: string) => void;
  onOver: () => void;
  onSignOut: () => void;
}

/** The account, how long its password is good for, and what proves its owner. */
export function OverviewPage({ go, onOver, onSignOut }: OverviewProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const { value: me, failure, load } = useLoaded(meApi.me, onOver);
  if (failure !== undefined) {
    const retry = { label: portal('action.try-again'), onPress: () => void load() };
    return <SimplePage title={t('overview.title')} mistakes={[mistakeOf(failure, portal)]} action={retry} />;
  }
  if (me === undefined) return <Skeleton />;
  const { account, factors } = me;
  const others = factors.filter(({ kind }) => kind !== 'recovery-code');
  const days = account.passwordExpiresAt === null ? null : Math.ceil((Date.parse(account.passwordExpiresAt) - serverNow()) / DAY_MS);
  return (
    <Question title={t('overview.title')} icon="person">
      {days !== null && days <= SOON_DAYS && <Notice tone="warning">{t('overview.expires-soon', { count: Math.max(0, days) })}</Notice>}
      <dl className={classes.facts}>
        <Fact name={t('overview.account')}>{account.login}</Fact>
        <Fact name={t('overview.directory')}>{account.directory}</Fact>
        <Fact name={t('overview.lock')}>
          {t(account.locked === null ? 'overview.lock.unknown' : account.locked ? 'overview.lock.yes' : 'overview.lock.no')}
        </Fact>
        <Fact name={t('overview.password')}>{expiryOf(account, days, t)}</Fact>
      </dl>
      <h2 className={classes.heading}>{t('overview.proofs')}</h2>
      <ul className={classes.list}>
        {others.map((factor) => (
          <li key={factor.id} className={classes.item}>
            <div>
              <p>{t(`kind.${factor.kind}`)}</p>
              <p className={classes.quiet}>{factor.label}</p>
            </div>
            <CountsFrom at={factor.countsFrom} />
          </li>
        ))}
        <CodesLine codes={factors.filter(({ kind }) => kind === 'recovery-code')} />
      </ul>
      <QuietLink onPress={() => go('/me?page=proofs')}>{t('overview.manage')}</QuietLink>
      <Actions>
        <ActionButton onPress={() => go('/me?page=password')}>{t('change.title')}</ActionButton>
        <ActionButton look="quiet" onPress={onSignOut}>
          {t('sign-out')}
        </ActionButton>
      </Actions>
      <Aside>
        {me.administers && <AdminLink onOver={onOver} onPress={() => go('/admin')} />}
        {me.helps && <QuietLink onPress={() => go('/me?page=help')}>{t('help.title')}</QuietLink>}
        {me.vouches && <QuietLink onPress={() => go('/me?page=vouch')}>{t('vouch.title')}</QuietLink>}
        <QuietLink onPress={() => go('/me?page=accounts')}>{t('accounts.title')}</QuietLink>
        <QuietLink onPress={() => go('/me?page=sessions')}>{t('sessions.title')}</QuietLink>
        <QuietLink onPress={() => go('/me?page=activity')}>{t('activity.title')}</QuietLink>
      </Aside>
    </Question>
  );
}

/** Shown to who holds a role for it, as the directory says now. */
function AdminLink({ onOver, onPress }: { onOver: () => void; onPress: () => void }) {
  const { t } = useTranslation('me');
  const roles = useLoaded(meApi.ownRoles, onOver).value;
  if (roles === undefined || roles.may.every(isForPeople)) return null;
  return <QuietLink onPress={onPress}>{t('overview.admin')}</QuietLink>;
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long the password is good for, in words. */
function expiryOf(account: Me['account'], days: number | null, t: TFunction<'me'>): string {
  if (account.passwordExpiresAt === null || days === null) {
    if (account.passwordExpired === true) return t('overview.expired');
    return t(account.passwordExpired === null ? 'overview.expires.untold' : 'overview.expires.never');
  }
  return days > 0 ? t('overview.expires', { count: days, time: formatTime(account.passwordExpiresAt) }) : t('overview.expired');
}
