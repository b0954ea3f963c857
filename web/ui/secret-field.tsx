import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { Announcement } from './layout.tsx';
import { TextField } from './text-field.tsx';

interface SecretFieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  shown: boolean;
  onShow: (shown: boolean) => void;
  hint?: string;
  error?: string | undefined;
  describedBy?: string;
}

/** A new password, hidden unless its owner wants to see it. */
export function SecretField({ shown, onShow, ...field }: SecretFieldProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        {...field}
        type={shown ? 'text' : 'password'}
        autoComplete="new-password"
        side={
          <ActionButton
            look="secondary"
            label={t(shown ? 'new-password.hide.label' : 'new-password.show.label')}
            onPress={() => onShow(!shown)}
          >
            {t(shown ? 'new-password.hide' : 'new-password.show')}
          </ActionButton>
        }
      />
      <Announcement>{field.value === '' ? '' : t(shown ? 'new-password.shown' : 'new-password.hidden')}</Announcement>
    </>
  );
}
