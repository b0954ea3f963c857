import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from './certificate-authority.ts';
import { type SambaServer, startSamba } from './samba.ts';
import { dnsDomain, hostName } from './samba-configuration.ts';
import { type JoinedSamba, joinSamba } from './samba-join.ts';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

/** A domain with two writable domain controllers. */
export interface SambaPair {
  readonly first: SambaServer;
  readonly second: JoinedSamba;
  readonly caPem: string;
  /** Brings to one what the other has, and resolves when it is there. Nothing travels from the second to the first otherwise. */
  replicate(to: 'first' | 'second'): Promise<void>;
  stop(): Promise<void>;
}

/** A domain and a domain controller that has joined it. */
export interface SambaWithReadOnly {
  readonly writable: SambaServer;
  readonly readOnly: JoinedSamba;
  readonly caPem: string;
  stop(): Promise<void>;
}

const secondHostName = 'dc2';

/** Starts a domain and a second writable domain controller, which holds all that the first one does. Takes about half a minute. */
export async function startSambaPair(): Promise<SambaPair> {
  const {
    first,
    joined: second,
    caPem,
    stop,
  } = await startJoined((writable, authority) =>
    joinSamba(writable, authority, { hostName: secondHostName, role: 'DC', probe: writable.service }),
  );
  const fullNames = { first: `${hostName}.${dnsDomain}`, second: `${secondHostName}.${dnsDomain}` };
  return {
    first,
    second,
    caPem,
    async replicate(to) {
      const from = to === 'first' ? 'second' : 'first';
      const { smbConfFile } = to === 'first' ? first : second;
      const credentials = ['-U', `Administrator%${first.admin.password}`];
      await second.tool(smbConfFile, 'drs', 'replicate', '--local', fullNames[to], fullNames[from], first.baseDn, ...credentials);
    },
    stop,
  };
}

/**
 * Starts a domain and joins a read-only domain controller to it, which holds the password of the service account, so that it can sign
 * in there. Takes about half a minute.
 */
export async function startSambaWithReadOnly(): Promise<SambaWithReadOnly> {
  const { first, joined, caPem, stop } = await startJoined((writable, authority) =>
    joinSamba(writable, authority, {
      hostName: 'rodc1',
      role: 'RODC',
      probe: writable.service,
      async joined({ tool }) {
        await tool('rodc', 'preload', 'svc-keyturn');
      },
    }),
  );
  return { writable: first, readOnly: joined, caPem, stop };
}

async function startJoined(join_: (first: SambaServer, authority: CertificateAuthority) => Promise<JoinedSamba>) {
  const authorityFolder = await createScratchFolder('samba-ca');
  const certificateAuthority = await createCertificateAuthority(join(authorityFolder, 'ca'));
  const first = await startSamba({ certificateAuthority });
  const clear = async (): Promise<void> => {
    await first.stop();
    await removeScratchFolder(authorityFolder);
  };
  try {
    const joined = await join_(first, certificateAuthority);
    return {
      first,
      joined,
      caPem: certificateAuthority.caPem,
      async stop() {
        await joined.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}
