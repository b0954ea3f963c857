import type { DemoMessage } from '../../shared/api/demo.ts';
import { factorsOf } from '../core/enrolment/factors-of.ts';
import { currentTotp } from '../core/factors/totp-factor.ts';
import type { JourneyDeps } from '../core/journey/journey-deps.ts';
import type { Mailer } from '../core/ports/platform.ts';
import type { DemoDoor } from '../http/http-deps.ts';
import { SAMPLE_PEOPLE } from './sample-people.ts';

/**
 * Shows what the demo captured and what the sample people's authenticators show. Exists in demo mode alone. Only authenticators
 * that the demo itself enrolled: somebody of a configured directory may have the name of a sample person.
 */
export function createDemoDoor(deps: Pick<JourneyDeps, 'directories' | 'store' | 'keys' | 'clock'>, mailer: () => Mailer): DemoDoor {
  return {
    messages() {
      const capture = mailer() as Mailer & { messages?: () => DemoMessage[] };
      return capture.messages?.() ?? [];
    },
    accounts: () =>
      SAMPLE_PEOPLE.map(({ login, givenName, surname, enrolled }) => ({
        account: login,
        name: `${givenName} ${surname}`,
        authenticator: enrolled.includes('totp'),
      })),
    async authenticator(account) {
      if (!SAMPLE_PEOPLE.some(({ login }) => login === account)) return null;
      for (const directory of deps.directories.all()) {
        const name = directory.normaliseIdentifier(account);
        for (const found of name === null ? [] : await directory.findAccounts(name)) {
          const factors = await factorsOf(deps, found);
          const totp = factors.find((factor) => factor.kind === 'totp' && factor.source === 'demo');
          if (totp !== undefined) return currentTotp(totp.secret, deps.clock.now());
        }
      }
      return null;
    },
  };
}
