import { describe, expect, it } from 'vitest';
import { translateConnectError } from './translate-error.ts';

const told = (code: string) => translateConnectError(Object.assign(new Error('x'), { code }), 'ldaps://a');

describe('translateConnectError', () => {
  it.each(['CA_MD_TOO_WEAK', 'EE_KEY_TOO_SMALL', 'INVALID_PURPOSE', 'CERT_REVOKED', 'PATH_LENGTH_EXCEEDED', 'UNSPECIFIED'])(
    'tells %s as a problem of the certificate',
    (code) => {
      expect(told(code)).toMatchObject({
        code: 'directory.tls-failed',
        details: { problem: expect.stringContaining('certificate'), reason: code },
      });
    },
  );

  it('keeps connections that broke apart from it', () => {
    expect(told('ECONNRESET')).toMatchObject({ code: 'directory.unreachable' });
    expect(told('something-else')).toMatchObject({ code: 'directory.unreachable' });
    expect(told('ERR_SSL_WRONG_VERSION_NUMBER')).toMatchObject({ code: 'directory.tls-failed' });
  });
});
