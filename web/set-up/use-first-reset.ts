import { useEffect, useState } from 'react';
import type { ShownFirstReset } from '../../shared/api/first-reset.ts';
import type { Failure } from '../api.ts';
import { setUpApi } from './set-up-api.ts';

const POLL_MS = 1500;
/** After so many questions without an answer the page says that it waits, and then that nobody comes. */
const LATE_AFTER = 10;
const GIVE_UP_AFTER = 80;

/** The server is changing over to the configuration: the door of the set-up knows no such route, and then nobody answers for a moment. */
const isBetween = (failure: Failure): boolean =>
  failure.kind !== 'problem' || failure.status >= 500 || (failure.status === 404 && failure.code !== 'set-up.over');

/**
 * How far the test person has come, asked again and again for as long as something can come.
 * @returns `failure`: nobody may ask, or nobody has answered for long; `over`: the set-up is. `isLate`: the server takes long to answer.
 * `askAgain`: after a failure
 */
export function useFirstReset() {
  const [shown, setShown] = useState<ShownFirstReset>();
  const [failure, setFailure] = useState<Failure | 'over'>();
  const [polls, setPolls] = useState({ all: 0, inVain: 0 });
  const { written, notice } = shown?.progress ?? {};
  const isSettled = written === 'done' && notice !== 'waiting' && notice !== null;
  useEffect(() => {
    if (failure !== undefined || isSettled) return;
    let isGone = false;
    const timer = setTimeout(
      () => {
        void setUpApi.firstReset().then((outcome) => {
          if (isGone) return;
          if (outcome.ok) setShown(outcome.value);
          else if (outcome.failure.kind === 'problem' && outcome.failure.code === 'set-up.over') setFailure('over');
          else if (!isBetween(outcome.failure) || polls.inVain >= GIVE_UP_AFTER) setFailure(outcome.failure);
          setPolls(({ all, inVain }) => ({ all: all + 1, inVain: outcome.ok ? 0 : inVain + 1 }));
        });
      },
      polls.all === 0 ? 0 : POLL_MS,
    );
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [polls, failure, isSettled]);
  const askAgain = () => {
    setFailure(undefined);
    setPolls({ all: 0, inVain: 0 });
  };
  return { shown, setShown, failure, askAgain, isLate: polls.inVain > LATE_AFTER };
}
