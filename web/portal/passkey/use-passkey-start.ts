import { useCallback, useEffect, useRef, useState } from 'react';
import type { Goal } from '../../../shared/api/journeys.ts';
import { api, type Failure, type OpenStep } from '../../api.ts';
import { currentLanguage } from '../../texts.ts';
import { askPasskey, offerPasskeys, type PasskeyTrouble, withdrawPasskeys } from './ask-passkey.ts';

/** Why it did not begin: no passkey answered, or the server did not take it. */
export type StartTrouble = { passkey: PasskeyTrouble } | { failure: Failure };

interface PasskeyStart {
  busy: boolean;
  /** Asks for a passkey now. */
  begin: () => void;
}

/**
 * Begins a journey by a passkey, without a name: at the press of a button, or when one is chosen among what the browser fills into the
 * field for the name (WebAuthn Level 3, 5.1.4: conditional mediation). Where the browser has neither, nothing happens.
 */
export function usePasskeyStart(
  goal: Goal,
  { enabled, onOpened, onTrouble }: { enabled: boolean; onOpened: (step: OpenStep) => void; onTrouble: (trouble: StartTrouble) => void },
): PasskeyStart {
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const latest = useRef({ onOpened, onTrouble });
  latest.current = { onOpened, onTrouble };

  const start = useCallback(
    async (ask: typeof askPasskey, quiet: boolean, isLeft: () => boolean = () => false) => {
      const request = await api.passkeyRequest();
      // What is only offered may fail unseen: the name is asked for all the same.
      if (!request.ok) return quiet ? undefined : latest.current.onTrouble({ failure: request.failure });
      if (isLeft()) return undefined;
      const { ticket, publicKey } = request.value;
      const asked = await ask(publicKey);
      if (!asked.ok) return quiet ? undefined : latest.current.onTrouble({ passkey: asked.trouble });
      if (!quiet) setBusy(true);
      const passkey = { ticket, credential: asked.credential };
      const outcome = await api.startJourney({ goal, passkey, locale: currentLanguage(), client: { kind: 'web' } });
      setBusy(false);
      if (outcome.ok) return latest.current.onOpened(outcome.value);
      latest.current.onTrouble({ failure: outcome.failure });
      return undefined;
    },
    [goal],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was offered once is offered anew after each other ceremony
  useEffect(() => {
    if (!enabled) return;
    let left = false;
    void start(offerPasskeys, true, () => left);
    return () => {
      left = true;
      withdrawPasskeys();
    };
  }, [enabled, start, round]);

  const begin = () => {
    setBusy(true);
    void start(askPasskey, false).finally(() => {
      setBusy(false);
      setRound((count) => count + 1);
    });
  };
  return { busy, begin };
}
