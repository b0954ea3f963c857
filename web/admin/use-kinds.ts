import { useTranslation } from 'react-i18next';

/** Kinds of proof in words. */
export function useKinds(): (kinds: readonly string[], between?: string) => string {
  const { t } = useTranslation('me');
  return (kinds, between = ' + ') =>
    kinds.map((kind) => (kind === 'password' ? t('overview.password') : t(`kind.${kind}` as 'kind.totp'))).join(between);
}
