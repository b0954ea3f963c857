import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { Actions } from './layout.tsx';

interface FormActionsProps {
  /** What the page is for, in a word or two. */
  submit: string;
  look?: 'primary' | 'danger';
  busy?: boolean;
  /** Unless told: "Back". */
  back?: string;
  onBack: () => void;
}

/** The two ways out of a page that asks something: do it, or go back. */
export function FormActions({ submit, look = 'primary', busy = false, back, onBack }: FormActionsProps) {
  const { t: portal } = useTranslation();
  return (
    <Actions>
      <ActionButton type="submit" look={look} busy={busy}>
        {submit}
      </ActionButton>
      <ActionButton look="quiet" onPress={onBack}>
        {back ?? portal('action.back')}
      </ActionButton>
    </Actions>
  );
}
