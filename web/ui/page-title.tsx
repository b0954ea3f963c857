import { createContext, useContext, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useCovered } from './covered.tsx';

/** The organisation's name, which ends every page title. */
export const OrganisationContext = createContext('Keyturn');

/** Names the browser tab; an error comes first, because that is what a screen reader says first. */
export function usePageTitle(title: string, hasError = false): void {
  const { t } = useTranslation();
  const organisation = useContext(OrganisationContext);
  const covered = useCovered();
  useEffect(() => {
    if (covered) return;
    document.title = t(hasError ? 'page-title.error' : 'page-title', { title, organisation });
  }, [t, title, organisation, hasError, covered]);
}
