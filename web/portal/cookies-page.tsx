import { useTranslation } from 'react-i18next';
import { SimplePage } from './simple-page.tsx';

/** The browser keeps no cookie: what is opened here is lost with the next press. */
export function CookiesPage({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <SimplePage
      title={t('cookies.title')}
      paragraphs={[t('cookies.text', { address: window.location.host })]}
      action={{ label: t('action.try-again'), onPress: onRetry }}
    />
  );
}
