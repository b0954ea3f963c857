import { join } from 'node:path';
import { createCertificateAuthority } from './certificate-authority.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';
import { type SlapdServer, startSlapd } from './slapd.ts';

/** An OpenLDAP provider and a replica of it, over syncrepl (RFC 4533). */
export interface SlapdPair {
  readonly provider: SlapdServer;
  readonly replica: SlapdServer;
  readonly caPem: string;
  /** Whether the replica has got all that the provider holds now. */
  caughtUp(): Promise<boolean>;
  stop(): Promise<void>;
}

/**
 * @param referral the replica refuses a write with a referral to the provider (`updateref`); else with code 53 "shadow context"
 */
export async function startSlapdPair({ referral }: { readonly referral: boolean }): Promise<SlapdPair> {
  const folder = await createScratchFolder('slapd-pair');
  const certificateAuthority = await createCertificateAuthority(join(folder, 'ca'));
  const provider = await startSlapd({
    certificateAuthority,
    globalLines: ['moduleload syncprov.la', 'serverID 1'],
    databaseLines: ['overlay syncprov', 'syncprov-checkpoint 1 1'],
  });
  const { name, password } = provider.admin;
  const replica = await startSlapd({
    certificateAuthority,
    empty: true,
    globalLines: ['serverID 2'],
    databaseLines: [
      `syncrepl rid=001 provider=${provider.url} type=refreshAndPersist retry="1 +" searchbase="${provider.baseDn}" scope=sub ` +
        `bindmethod=simple binddn="${name}" credentials="${password}" tls_cacert=${certificateAuthority.caFile} tls_reqcert=demand`,
      ...(referral ? [`updateref ${provider.url}`] : []),
    ],
  }).catch(async (error: unknown) => {
    await provider.stop();
    throw error;
  });
  /** How far a server is (slapd's contextCSN); empty: it holds nothing yet. */
  const contextOf = async (server: SlapdServer): Promise<string> =>
    (await server.read(server.baseDn, ['contextCSN']).catch(() => ({}) as Record<string, string[]>)).contextCSN?.toSorted().join() ?? '';
  return {
    provider,
    replica,
    caPem: certificateAuthority.caPem,
    async caughtUp() {
      const wanted = await contextOf(provider);
      return wanted !== '' && wanted === (await contextOf(replica));
    },
    async stop() {
      await replica.stop();
      await provider.stop();
      await removeScratchFolder(folder);
    },
  };
}
