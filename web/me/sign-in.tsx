import { useState } from 'react';
import type { OpenStep } from '../api.ts';
import { AccountPage } from '../portal/account-page.tsx';
import { meApi } from './me-api.ts';
import { OpenIdAside } from './openid-aside.tsx';
import { Proofs } from './proofs.tsx';

interface SignInProps {
  contact: string;
  onSignedIn: () => void;
  onLeave: () => void;
}

/** Name, password, another proof: then a session. */
export function SignIn({ contact, onSignedIn, onLeave }: SignInProps) {
  const [opened, setOpened] = useState<OpenStep>();
  if (opened === undefined)
    return <AccountPage goal="sign-in" byPasskey={false} onOpened={setOpened} onBack={onLeave} aside={<OpenIdAside />} />;
  const again = () => setOpened(undefined);
  return <Proofs opened={opened} contact={contact} take={meApi.openSession} onTaken={onSignedIn} onAgain={again} />;
}
