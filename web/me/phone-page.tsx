import { useState } from 'react';
import type { OpenStep } from '../api.ts';
import { OpenLinkPage } from '../phone/open-link-page.tsx';
import { usePhoneTexts } from '../phone/use-phone-texts.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { meApi } from './me-api.ts';
import { Proofs } from './proofs.tsx';
import { useMeTexts } from './use-me-texts.ts';

interface PhonePageProps {
  contact: string;
  go: (to: string) => void;
}

/** What the QR code of somebody who is signed in opens on their phone: there they add what proves them. */
export function PhonePage({ contact, go }: PhonePageProps) {
  const hasTexts = [useMeTexts(), usePhoneTexts()].every((loaded) => loaded);
  const [opened, setOpened] = useState<OpenStep>();
  if (!hasTexts) return <Skeleton />;
  if (opened === undefined) return <OpenLinkPage what="enrol" open={meApi.openOnPhone} onOpened={setOpened} onLeave={() => go('/')} />;
  // The link is spent, and out of the address since it was opened.
  const again = () => setOpened(undefined);
  return <Proofs opened={opened} contact={contact} take={meApi.openSession} onTaken={() => go('/me')} onAgain={again} />;
}
