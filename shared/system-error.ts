/** Error numbers of the operating system (errno(3)) and of its resolver that an operator can do something about, in words. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'access is denied',
  EADDRINUSE: 'the port is in use already',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EAI_AGAIN: 'the name service does not answer',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the other side closed the connection',
  EDQUOT: 'the quota of the user is used up',
  EEXIST: 'it is there already',
  EHOSTUNREACH: 'there is no way to the machine',
  EIO: 'the device reports an error',
  EISDIR: 'it is a folder',
  EMFILE: 'this process has too many files open',
  ENETUNREACH: 'there is no way to the network',
  ENFILE: 'this machine has too many files open',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  ENOTFOUND: 'the name is unknown to the name service',
  EPERM: 'it is not allowed',
  EPIPE: 'the other side closed the connection',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'there was no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody that is trusted here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted here',
};

/** What an error of the system means, a half-sentence with its number after it: "access is denied (EACCES)". */
export function systemErrorInWords(code: string): string {
  const words = WORDS[code];
  return words === undefined ? code : `${words} (${code})`;
}

/** The number of an error of the system; null when it is another kind of error. */
export function systemErrorCode(error: unknown): string | null {
  if (error instanceof AggregateError && error.errors.length > 0) return systemErrorCode(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  return error instanceof Error && error.cause instanceof Error ? systemErrorCode(error.cause) : null;
}
