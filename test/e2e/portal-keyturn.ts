import { join } from 'node:path';
import { buildWeb } from '../../scripts/build-web.ts';
import { GENEROUS_LIMITS } from '../scenarios/generous-limits.ts';
import { type Keyturn, type KeyturnOptions, startKeyturn } from '../scenarios/start-keyturn.ts';
import { claimFreePort } from '../servers/free-address.ts';
import { type HttpProxy, startHttpProxy } from '../servers/http-proxy.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch.ts';

export const ORGANISATION = 'Northwind Traders';
export const CONTACT = 'IT helpdesk, extension 4000';

/** A whole Keyturn with its pages, at an address of its own that a browser may use. */
export interface PortalKeyturn {
  /** The one that runs now: after `start` it is another one. */
  keyturn: Keyturn;
  readonly origin: string;
  /** What stands in front of it; hands everything on until told otherwise. */
  readonly proxy: HttpProxy;
  /** Ends the server; its database, key and address stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts one on current pages. The address is known before the start, because browsers say where a request comes from
 * and the server compares that with its configured address, port included: it is the one of the proxy in front.
 */
export async function startPortalKeyturn(
  options: Pick<KeyturnOptions, 'directories' | 'configuration' | 'clock'> & { host?: 'localhost' },
): Promise<PortalKeyturn> {
  await buildWeb();
  const [claim, folder] = await Promise.all([claimFreePort(), createScratchFolder('portal')]);
  const { host = '127.0.0.1', ...given } = options;
  const origin = `http://${host}:${claim.port}`;
  const { organisation, guard, ...configuration } = options.configuration ?? {};
  const all: KeyturnOptions = {
    ...given,
    configuration: {
      ...configuration,
      organisation: { name: ORGANISATION, supportContact: CONTACT, ...organisation, publicUrl: origin },
      guard: { ...GENEROUS_LIMITS, ...guard },
    },
    database: `sqlite:${join(folder, 'keyturn.db')}`,
  };
  const proxy = await startHttpProxy(claim.port, () => portal.keyturn.url);
  const portal: PortalKeyturn = {
    keyturn: await startKeyturn(all),
    origin,
    proxy,
    stop: () => portal.keyturn.close(),
    async start() {
      const { key, clock } = portal.keyturn;
      portal.keyturn = await startKeyturn({ ...all, key, clock });
    },
    async close() {
      await proxy.stop();
      await portal.keyturn.close();
      claim.release();
      await removeScratchFolder(folder);
    },
  };
  return portal;
}
