import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api.ts';
import { mistakeOf } from '../portal/mistake-of.ts';
import { SimplePage } from '../portal/simple-page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { meApi } from './me-api.ts';
import { returnAddress } from './openid-return.ts';
import { useMeTexts } from './use-me-texts.ts';

/** Where a provider sends people back to: takes its answer up, once, and goes on where they set out. */
export function OpenIdPage(props: { go: (to: string) => void }) {
  return useMeTexts() ? <Finish {...props} /> : <Skeleton />;
}

function Finish({ go }: { go: (to: string) => void }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const [failure, setFailure] = useState<Failure>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page appears: an answer counts once
  useEffect(() => {
    const answer = window.location.hash.slice(1);
    // It has no business in the history of this browser.
    window.history.replaceState(null, '', '/openid');
    const finish = async () => {
      const outcome = await meApi.finishOpenId(answer === '' ? 'none' : answer);
      if (outcome.ok) go(returnAddress());
      else setFailure(outcome.failure);
    };
    void finish();
  }, []);
  if (failure === undefined) return <Skeleton />;
  const action = { label: t('openid.again'), onPress: () => go(returnAddress()) };
  return <SimplePage title={t('openid.failed')} mistakes={[mistakeOf(failure, portal)]} action={action} />;
}
