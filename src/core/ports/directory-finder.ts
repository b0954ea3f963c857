import type { DirectoryKind } from './directory.ts';

/** A certificate that a server showed, for people to compare. */
export interface ShownCertificate {
  /** Names as `CN=..., O=...`, the most telling first. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validUntil: number;
  /** SHA-256 of the certificate, in hex with colons, as tools print it. */
  readonly fingerprint: string;
  /** Signed by itself: nothing stands above it. */
  readonly isRoot: boolean;
  readonly pem: string;
}

/** Why something is not as it should be, for operators. */
export interface Trouble {
  readonly code: string;
  readonly problem: string;
  readonly fix: string;
}

/** One server that was looked at. */
export interface FoundServer {
  readonly url: string;
  /** An ldap:// address that is encrypted by StartTLS. */
  readonly startTls: boolean;
  /** null: it answers over TLS, whatever its certificate is. */
  readonly trouble: Trouble | null;
}

/** What an address tells of the directory behind it, to somebody who has not signed in. */
export interface FoundDirectory {
  readonly servers: readonly FoundServer[];
  /** The certificates of the first server that answers, its own first; none where none answers. */
  readonly chain: readonly ShownCertificate[];
  /** Why they are not trusted here; null: they are, or no server answers. */
  readonly trust: Trouble | null;
  /** What would have to be trusted for the chain to be good; null: nothing, or the server does not show it. */
  readonly authority: ShownCertificate | null;
  /** null: the server does not tell, before somebody signs in. */
  readonly kind: Exclude<DirectoryKind, 'embedded'> | null;
  /** The product, as it calls itself. */
  readonly product: string | null;
  /** Trees that people may be in; the most likely first. */
  readonly namingContexts: readonly string[];
}

/** Finds out what is behind an address. Nobody signs in, and nothing is changed. */
export interface DirectoryFinder {
  /**
   * @param address a domain, a host with or without port, or an ldap:// or ldaps:// address
   * @param authority PEM of an authority to trust besides those of this machine
   * @throws AppError `directory.address-invalid`
   */
  look(address: string, authority?: string): Promise<FoundDirectory>;
}
