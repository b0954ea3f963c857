import { useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mistakeOf } from '../portal/mistake-of.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { Aside } from '../ui/layout.tsx';
import { meApi } from './me-api.ts';
import { OpenIdContext } from './openid-context.ts';
import { keepReturnAddress } from './openid-return.ts';

/** The other way in, where there is one: leaves for a provider, to come back signed in. `again`: to prove once more who one is. */
export function OpenIdAside({ again = false }: { again?: boolean }) {
  const { t } = useTranslation('me');
  const { t: portal } = useTranslation();
  const label = useContext(OpenIdContext);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  if (label === null) return null;
  const leave = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    const outcome = await meApi.beginOpenId(again);
    if (!outcome.ok) {
      setBusy(false);
      return setProblem(mistakeOf(outcome.failure, portal).text);
    }
    keepReturnAddress();
    window.location.assign(outcome.value.address);
  };
  return (
    <Aside>
      <p>{t(again ? 'openid.prove.text' : 'openid.text')}</p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <ActionButton look="secondary" busy={busy} onPress={() => void leave()}>
        {t(again ? 'openid.prove' : 'openid.sign-in', { label })}
      </ActionButton>
    </Aside>
  );
}
