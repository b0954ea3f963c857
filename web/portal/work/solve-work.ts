import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';
import type { Step } from '../../../shared/api/journeys.ts';

/** The work that a step asks for. */
export type Work = Extract<Step, { kind: 'proof-of-work' }>['challenge'];
/** What the worker says: how many tries are done, or the solution. */
export type WorkReport = { tries: number } | { solution: { counter: number; derivedKey: string } } | { failed: true };

/** Between two reports of progress, tries. */
const REPORT_EVERY = 10;

// Runs in a worker of its own, so that the page stays usable meanwhile. The browser ends it when the person goes away.
self.onmessage = (message: MessageEvent<Work>) => {
  let tries = 0;
  const counted: typeof deriveKey = (parameters, salt, password) => {
    tries += 1;
    if (tries % REPORT_EVERY === 0) report({ tries });
    return deriveKey(parameters, salt, password);
  };
  solveChallenge({ challenge: { parameters: message.data }, deriveKey: counted, timeout: 0 }).then(
    (solution) => {
      if (solution === null) report({ failed: true });
      else report({ solution: { counter: solution.counter, derivedKey: solution.derivedKey } });
    },
    () => report({ failed: true }),
  );
};

function report(said: WorkReport): void {
  self.postMessage(said);
}
