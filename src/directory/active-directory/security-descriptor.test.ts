import { describe, expect, it } from 'vitest';
import { guidToBytes } from './guid.ts';
import { ACCESS, hasAccess, parseSecurityDescriptor } from './security-descriptor.ts';

const resetPassword = '00299570-246d-11d0-a768-00aa006e0529';
const changePassword = 'ab721a53-1e2f-11d0-9819-00aa0040529b';
const me = 'S-1-5-21-1-2-3-1102';
const everyone = 'S-1-1-0';

function sid(text: string): Buffer {
  const [authority = 0, ...parts] = text.split('-').slice(2).map(Number);
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(authority, 2, 6);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + index * 4);
  return bytes;
}

interface Entry {
  type: number;
  mask: number;
  sid: string;
  flags?: number;
  objectType?: string;
  inheritedObjectType?: string;
}

function entry({ type, mask, sid: who, flags = 0, objectType, inheritedObjectType }: Entry): Buffer {
  const guid = (text: string | undefined): Buffer => (text === undefined ? Buffer.alloc(0) : (guidToBytes(text) ?? Buffer.alloc(0)));
  const present = (objectType === undefined ? 0 : 1) | (inheritedObjectType === undefined ? 0 : 2);
  const object = type === 5 || type === 6 ? [uint32(present), guid(objectType), guid(inheritedObjectType)] : [];
  const body = Buffer.concat([uint32(mask), ...object, sid(who)]);
  const header = Buffer.from([type, flags, 0, 0]);
  header.writeUInt16LE(4 + body.length, 2);
  return Buffer.concat([header, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function descriptor(entries: Entry[] | null, owner = 'S-1-5-18'): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt16LE(entries === null ? 0x8000 : 0x8004, 2);
  header.writeUInt32LE(20, 4);
  const ownerBytes = sid(owner);
  if (entries === null) return Buffer.concat([header, ownerBytes]);
  header.writeUInt32LE(20 + ownerBytes.length, 16);
  const list = Buffer.concat(entries.map(entry));
  const listHeader = Buffer.alloc(8);
  listHeader.writeUInt8(4, 0);
  listHeader.writeUInt16LE(8 + list.length, 2);
  listHeader.writeUInt16LE(entries.length, 4);
  return Buffer.concat([header, ownerBytes, listHeader, list]);
}

const mayReset = (entries: Entry[] | null, sids: string[] = [me, everyone]): boolean =>
  hasAccess(parseSecurityDescriptor(descriptor(entries)), new Set(sids), ACCESS.controlAccess, resetPassword);

const allowed: Entry = { type: 5, mask: ACCESS.controlAccess, sid: me, objectType: resetPassword };

describe('the Reset Password right', () => {
  it('comes from an entry for it, for all extended rights, or for everything', () => {
    expect(mayReset([allowed])).toBe(true);
    expect(mayReset([{ ...allowed, inheritedObjectType: 'bf967aba-0de6-11d0-a285-00aa003049e2' }])).toBe(true);
    expect(mayReset([{ type: 5, mask: ACCESS.controlAccess, sid: me }])).toBe(true);
    expect(mayReset([{ type: 0, mask: ACCESS.controlAccess, sid: me }])).toBe(true);
    expect(mayReset([{ type: 0, mask: 0x1000_0000, sid: everyone }])).toBe(true);
    expect(mayReset([{ type: 0, mask: 0x000f_01ff, sid: me }])).toBe(true);
  });

  it('does not come from other rights, other people, children or types that grant nothing', () => {
    expect(mayReset([])).toBe(false);
    expect(mayReset([{ ...allowed, objectType: changePassword }])).toBe(false);
    expect(mayReset([{ ...allowed, mask: ACCESS.writeProperty }])).toBe(false);
    expect(mayReset([{ type: 0, mask: 0xe000_0000, sid: me }])).toBe(false);
    expect(mayReset([{ ...allowed, sid: 'S-1-5-21-1-2-3-1103' }])).toBe(false);
    expect(mayReset([{ ...allowed, flags: 0x0a }])).toBe(false);
    // Audit (2) and conditional (11) entries.
    expect(mayReset([{ ...allowed, type: 2 }])).toBe(false);
    expect(mayReset([{ type: 11, mask: ACCESS.controlAccess, sid: me }])).toBe(false);
  });

  it('is decided by the first entry that speaks of it', () => {
    const denied: Entry = { ...allowed, type: 6 };
    expect(mayReset([denied, allowed])).toBe(false);
    expect(mayReset([{ type: 1, mask: ACCESS.controlAccess, sid: everyone }, allowed])).toBe(false);
    expect(mayReset([allowed, denied])).toBe(true);
    expect(mayReset([{ ...denied, objectType: changePassword }, allowed])).toBe(true);
    expect(mayReset([{ ...denied, flags: 0x08 }, allowed])).toBe(true);
  });

  it('is everybody’s without a list, and nobody’s with an empty one', () => {
    expect(mayReset(null)).toBe(true);
    expect(mayReset([])).toBe(false);
  });
});

describe('a security descriptor', () => {
  it('lets its owner rewrite the list, and do nothing else for that', () => {
    const own = parseSecurityDescriptor(descriptor([], me));
    expect(own.owner).toBe(me);
    expect(hasAccess(own, new Set([me]), ACCESS.writeDacl, null)).toBe(true);
    expect(hasAccess(own, new Set([me]), ACCESS.writeOwner, null)).toBe(false);
    expect(hasAccess(own, new Set([everyone]), ACCESS.writeDacl, null)).toBe(false);
  });

  it('is read as a domain controller sends it', () => {
    const bytes = Buffer.from(samples.delegated, 'base64');
    const parsed = parseSecurityDescriptor(bytes);
    const service = 'S-1-5-21-1510861353-2503288687-364565957-1102';
    expect(parsed.owner).toBe('S-1-5-21-1510861353-2503288687-364565957-512');
    expect(hasAccess(parsed, new Set([service]), ACCESS.controlAccess, resetPassword)).toBe(true);
    expect(hasAccess(parsed, new Set([service]), ACCESS.writeDacl, null)).toBe(false);
    expect(hasAccess(parsed, new Set([everyone, 'S-1-5-11']), ACCESS.controlAccess, resetPassword)).toBe(false);
    expect(hasAccess(parsed, new Set([everyone]), ACCESS.controlAccess, changePassword)).toBe(true);
  });

  it('is refused when it is cut off anywhere', () => {
    const whole = descriptor([allowed, { type: 0, mask: 1, sid: everyone }]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseSecurityDescriptor(whole.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    }
    expect(parseSecurityDescriptor(whole).entries).toHaveLength(2);
  });
});

/** nTSecurityDescriptor of a person below a delegated unit, from Samba 4.17: 5 of its 47 entries. */
const samples = {
  delegated:
    'AQAFhBQAAAAAAAAAAAAAADAAAAABBQAAAAAABRUAAAAp6g1abyc1lcXVuhUAAgAABADcAAUAAAAAACQA/wEPAAEFAAAAAAAFFQAAACnqDVpvJzWVxdW6FQACAAAFACgAAAEAAAEAAABTGnKrLx7QEZgZAKoAQFKbAQEAAAAAAAUKAAAABQAoAAABAAABAAAAUxpyqy8e0BGYGQCqAEBSmwEBAAAAAAABAAAAAAUSSAAAAQAAAwAAAHCVKQBtJNARp2gAqgBuBSm6epa/5g3QEaKFAKoAMEniAQUAAAAAAAUVAAAAKeoNWm8nNZXF1boVTgQAAAASGAC9AQ8AAQIAAAAAAAUgAAAAIAIAAA==',
} as const;
