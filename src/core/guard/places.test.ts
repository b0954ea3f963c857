import { describe, expect, it } from 'vitest';
import { createKeys } from '../../platform/derived-keys.ts';
import { deviceDigest, placesOf } from './places.ts';

const keys = createKeys(new Uint8Array(32).fill(1));
const account = { directory: 'people', id: '1' };

describe('places that an account remembers', () => {
  it('are its networks and its devices, by keyed digests', () => {
    expect(placesOf(keys, account, '192.0.2.7', 'phone')).toEqual({
      network: keys.digest('known-place', 'people/1|network|192.0.2.0/24'),
      device: keys.digest('known-place', 'people/1|device|phone'),
    });
    expect(placesOf(keys, account, '192.0.2.7', null)).toMatchObject({ device: null });
  });

  it('do not tell which accounts share them', () => {
    const other = placesOf(keys, { directory: 'people', id: '2' }, '192.0.2.7', 'phone');
    const own = placesOf(keys, account, '192.0.2.7', 'phone');
    expect(other.network).not.toBe(own.network);
    expect(other.device).not.toBe(own.device);
  });

  it('keep of a device’s token what says nothing of it', () => {
    expect(deviceDigest(keys, 'token')).toBe(keys.digest('known-place', 'device|token'));
  });
});
