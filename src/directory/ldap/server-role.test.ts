import { expect, it } from 'vitest';
import { serverRole } from './server-role.ts';

it('knows a read-only domain controller by its capability, and nothing of a server that tells nothing', () => {
  const roleOf = (...capabilities: string[]) => serverRole({ supportedCapabilities: new Set(capabilities) });
  expect(roleOf('1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1920')).toEqual({ readOnly: true });
  expect(roleOf('1.2.840.113556.1.4.800', '1.2.840.113556.1.4.1935')).toEqual({ readOnly: false });
  expect(roleOf()).toEqual({ readOnly: false });
});
