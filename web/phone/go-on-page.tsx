import type { OpenStep } from '../api.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { OpenLinkPage } from './open-link-page.tsx';
import { phoneApi } from './phone-api.ts';
import { usePhoneTexts } from './use-phone-texts.ts';

/** What the QR code of a running recovery opens on the phone: there it goes on. */
export function GoOnPage({ onOpened, onLeave }: { onOpened: (step: OpenStep) => void; onLeave: () => void }) {
  const hasTexts = usePhoneTexts();
  return hasTexts ? <OpenLinkPage what="hand-over" open={phoneApi.openHandOver} onOpened={onOpened} onLeave={onLeave} /> : <Skeleton />;
}
