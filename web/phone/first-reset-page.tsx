import type { OpenStep } from '../api.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { OpenLinkPage } from './open-link-page.tsx';
import { phoneApi } from './phone-api.ts';
import { usePhoneTexts } from './use-phone-texts.ts';

/** What the link of the set-up opens in another window or on a phone: a test person sets another password. */
export function FirstResetPage({ onOpened, onLeave }: { onOpened: (step: OpenStep) => void; onLeave: () => void }) {
  const hasTexts = usePhoneTexts();
  if (!hasTexts) return <Skeleton />;
  return <OpenLinkPage what="first-reset" open={phoneApi.openFirstReset} onOpened={onOpened} onLeave={onLeave} />;
}
