import { useTranslation } from 'react-i18next';
import type { HelpGiven } from '../../../shared/api/help.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { formatTime } from '../../format.ts';
import { SimplePage } from '../../portal/simple-page.tsx';
import { Exact } from '../../ui/layout.tsx';

interface HelpDoneProps {
  name: string;
  action: PersonPermission;
  given: HelpGiven;
  onBack: () => void;
}

/** What became of it; a password that was made is shown here and nowhere else. */
export function HelpDone({ name, action, given, onBack }: HelpDoneProps) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const back = { label: portal('action.back'), onPress: onBack };
  if (given.outcome !== 'done') {
    return <SimplePage title={t(`help.${given.outcome}`)} paragraphs={[t(`help.${given.outcome}.text`, { name })]} action={back} />;
  }
  const after = action === 'reset-password' ? (given.mustChange === true ? 'help.must-change' : 'help.no-mark') : `help.${action}.text`;
  return (
    <SimplePage title={t(`help.${action}.done`, { name })} action={back}>
      {given.password !== undefined && (
        <>
          <p>{t('help.password', { name })}</p>
          <Exact>{given.password}</Exact>
        </>
      )}
      {given.sentTo !== undefined && <p>{t('help.sent-to', { to: given.sentTo })}</p>}
      {given.pass !== undefined && given.endsAt !== undefined && (
        <>
          <p>{t('help.pass', { name, time: formatTime(given.endsAt) })}</p>
          <Exact>{given.pass}</Exact>
        </>
      )}
      <p>{t(after, { name })}</p>
    </SimplePage>
  );
}
