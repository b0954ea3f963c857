import type { FirstResetLink, NamedTestPerson, ShownFirstReset } from '../../shared/api/first-reset.ts';
import type {
  CheckedDirectory,
  CheckedSetUp,
  FinishedSetUp,
  SetUpAnswers,
  SetUpSecrets,
  ShownDirectory,
  ShownSetUp,
} from '../../shared/api/set-up.ts';
import { call } from '../api.ts';

/** What whoever holds the link of the console asks for, until the set-up is over. */
export const setUpApi = {
  open: (secret: string) => call<undefined>('POST', '/set-up/open', { secret }),
  read: () => call<ShownSetUp>('GET', '/set-up'),
  save: (version: number, answers: SetUpAnswers, secrets: SetUpSecrets = {}) =>
    call<ShownSetUp>('PUT', '/set-up', { version, answers, secrets }),
  look: (address: string, authority?: string) =>
    call<ShownDirectory>('POST', '/set-up/look', { address, ...(authority === undefined ? {} : { authority }) }),
  checkDirectory: () => call<CheckedDirectory>('POST', '/set-up/directory', {}),
  testMail: (to: string) => call<{ trouble: { problem: string; fix: string } | null }>('POST', '/set-up/test-mail', { to }),
  check: () => call<CheckedSetUp>('POST', '/set-up/check', {}),
  firstReset: () => call<ShownFirstReset>('GET', '/set-up/first-reset'),
  nameTestPerson: (account: string) => call<NamedTestPerson>('POST', '/set-up/first-reset', { account }),
  makeResetLink: () => call<FirstResetLink>('POST', '/set-up/first-reset/link', {}),
  end: () => call<FinishedSetUp>('POST', '/set-up/first-reset/end', {}),
  finish: (version: number, administrator: string) => call<FinishedSetUp>('POST', '/set-up/finish', { version, administrator }),
};
