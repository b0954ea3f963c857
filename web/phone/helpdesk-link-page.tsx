import type { OpenStep } from '../api.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { OpenLinkPage } from './open-link-page.tsx';
import { phoneApi } from './phone-api.ts';
import { usePhoneTexts } from './use-phone-texts.ts';

/** What a link of the helpdesk opens: its owner types the number that they hear, and sets their own password. */
export function HelpdeskLinkPage({ onOpened, onLeave }: { onOpened: (step: OpenStep) => void; onLeave: () => void }) {
  const hasTexts = usePhoneTexts();
  if (!hasTexts) return <Skeleton />;
  return <OpenLinkPage what="helpdesk" asksNumber open={phoneApi.openHelpdeskLink} onOpened={onOpened} onLeave={onLeave} />;
}
