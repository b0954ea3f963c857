import type { DemoMessage } from '../../shared/api/demo.ts';
import type { CheckContext } from '../core/configuration/check-context.ts';
import type { Diagnosis } from '../core/health/finding.ts';
import type { JourneyDeps } from '../core/journey/journey-deps.ts';
import type { OpenIdProvider } from '../core/ports/open-id-provider.ts';
import type { Channels, TrySms } from '../core/ports/platform.ts';

/** What demo mode adds; absent everywhere else. */
export interface DemoDoor {
  messages(): DemoMessage[];
  accounts(): { account: string; name: string; authenticator: boolean }[];
  /** The code that the authenticator of a sample account shows now; null for anybody else. */
  authenticator(account: string): Promise<{ code: string; expiresAt: number } | null>;
}

export interface HttpDeps extends JourneyDeps {
  /** Folder of the built pages; null serves the API alone. */
  readonly pages: string | null;
  /** Networks of proxies whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly demo: DemoDoor | null;
  /** The provider of OpenID Connect in force; null when none is configured. */
  readonly openId: () => OpenIdProvider | null;
  /** What messages leave by, of the configuration in force. */
  readonly channels: () => Channels;
  readonly trySms: TrySms;
  /** What judges a configuration that is sent here. */
  readonly checkContext: CheckContext;
  /** What `keyturn doctor` would find on this node. */
  readonly diagnose: () => Promise<Diagnosis>;
  /** Resolves when this node goes by the configuration that was put into force last, or has logged why it cannot. */
  readonly takeUpConfiguration: () => Promise<void>;
  /** Hears of each answer: the route as it is written in the source (never an address with anybody's data), status and seconds. */
  readonly onResponse?: ((method: string, route: string, status: number, seconds: number) => void) | undefined;
  /** Whether the server is about to stop: readiness says no, so that a load balancer looks elsewhere. */
  readonly isStopping: () => boolean;
}
