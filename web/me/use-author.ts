import { useTranslation } from 'react-i18next';
import { EMERGENCY_AUTHOR } from '../../shared/emergency-author.ts';

/** Who did something: their name, or words for whoever was let in for an emergency. */
export function useAuthor(): (author: string) => string {
  const { t } = useTranslation('me');
  return (author) => (author === EMERGENCY_AUTHOR ? t('author.emergency') : author);
}
