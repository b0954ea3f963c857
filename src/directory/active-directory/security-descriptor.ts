import { guidToText } from './guid.ts';
import { sidToText } from './sid.ts';

/** Bits of an access mask for directory objects (MS-ADTS 5.1.3.2). */
export const ACCESS = {
  deleteChild: 0x2,
  deleteTree: 0x40,
  delete: 0x0001_0000,
  writeDacl: 0x0004_0000,
  writeOwner: 0x0008_0000,
  writeProperty: 0x20,
  controlAccess: 0x100,
} as const;

/** An entry of the access control list (MS-DTYP 2.4.4). */
export interface AccessEntry {
  readonly allow: boolean;
  /** For children only: says nothing about this object. */
  readonly inheritOnly: boolean;
  /** Generic bits are spelt out. */
  readonly mask: number;
  /** The property, property set or extended right it is limited to; null: all. */
  readonly objectType: string | null;
  readonly sid: string;
}

export interface SecurityDescriptor {
  readonly owner: string | null;
  /** null: there is no list at all, which lets everybody do everything (MS-DTYP 2.5.3.2). */
  readonly entries: readonly AccessEntry[] | null;
}

const daclPresent = 0x0004;
const inheritOnlyFlag = 0x08;
const objectTypePresent = 0x1;
const inheritedObjectTypePresent = 0x2;

/** Allowed and denied, plain and with object type (MS-DTYP 2.4.4.1). Others (audit, conditional) grant nothing in a directory. */
const entryTypes: Readonly<Record<number, { allow: boolean; object: boolean }>> = {
  0: { allow: true, object: false },
  1: { allow: false, object: false },
  5: { allow: true, object: true },
  6: { allow: false, object: true },
};

/** What generic bits stand for on a directory object (MS-ADTS 5.1.3.2). */
const genericBits: readonly (readonly [number, number])[] = [
  [0x1000_0000, 0x000f_01ff],
  [0x2000_0000, 0x0002_0004],
  [0x4000_0000, 0x0002_0028],
  [0x8000_0000, 0x0002_0094],
];

/**
 * Reads owner and access list of a self-relative security descriptor (MS-DTYP 2.4.6).
 * @throws RangeError when the bytes are not one
 */
export function parseSecurityDescriptor(bytes: Buffer): SecurityDescriptor {
  const control = bytes.readUInt16LE(2);
  const ownerAt = bytes.readUInt32LE(4);
  const listAt = bytes.readUInt32LE(16);
  return {
    owner: ownerAt === 0 ? null : sidAt(bytes, ownerAt),
    entries: (control & daclPresent) === 0 || listAt === 0 ? null : parseList(bytes, listAt),
  };
}

function parseList(bytes: Buffer, start: number): AccessEntry[] {
  // AclRevision, Sbz1, AclSize, AceCount, Sbz2 (MS-DTYP 2.4.5).
  const end = start + bytes.readUInt16LE(start + 2);
  const count = bytes.readUInt16LE(start + 4);
  if (end > bytes.length) throw new RangeError('access list is cut off');
  const entries: AccessEntry[] = [];
  let at = start + 8;
  for (let index = 0; index < count; index += 1) {
    const size = bytes.readUInt16LE(at + 2);
    if (size < 8 || at + size > end) throw new RangeError('access control entry is cut off');
    const entry = parseEntry(bytes.subarray(at, at + size));
    if (entry !== null) entries.push(entry);
    at += size;
  }
  return entries;
}

/** null: of a type that says nothing about access. */
function parseEntry(bytes: Buffer): AccessEntry | null {
  const type = entryTypes[bytes.readUInt8(0)];
  if (type === undefined) return null;
  let at = 8;
  let objectType: string | null = null;
  if (type.object) {
    const flags = bytes.readUInt32LE(at);
    at += 4;
    if ((flags & objectTypePresent) !== 0) {
      objectType = guidToText(bytes.subarray(at, at + 16));
      if (objectType === null) throw new RangeError('object type is cut off');
      at += 16;
    }
    // Which class inherits the entry was decided when it was inherited.
    if ((flags & inheritedObjectTypePresent) !== 0) at += 16;
  }
  return {
    allow: type.allow,
    inheritOnly: (bytes.readUInt8(1) & inheritOnlyFlag) !== 0,
    mask: spellOut(bytes.readUInt32LE(4)),
    objectType,
    sid: sidAt(bytes, at),
  };
}

function spellOut(mask: number): number {
  return genericBits.reduce((sum, [generic, meant]) => ((mask & generic) === 0 ? sum : sum | meant), mask);
}

function sidAt(bytes: Buffer, at: number): string {
  const sid = sidToText(bytes.subarray(at, at + 8 + bytes.readUInt8(at + 1) * 4));
  if (sid === null) throw new RangeError('not a security identifier');
  return sid;
}

/**
 * Whether somebody with these SIDs has a right: the first entry that speaks of it decides, and none means no (MS-DTYP 2.5.3.2, for
 * extended rights MS-ADTS 5.1.3.3.4). Lists are in canonical order, denials first, so inheritance needs no care here.
 *
 * @param right one of {@link ACCESS}
 * @param objectType GUID of the extended right or property, lower case; null: asked for all of them
 */
export function hasAccess(descriptor: SecurityDescriptor, sids: ReadonlySet<string>, right: number, objectType: string | null): boolean {
  if (descriptor.entries === null) return true;
  // An owner may always rewrite the list.
  if (right === ACCESS.writeDacl && descriptor.owner !== null && sids.has(descriptor.owner)) return true;
  const deciding = descriptor.entries.find(
    (entry) =>
      !entry.inheritOnly &&
      (entry.mask & right) !== 0 &&
      (entry.objectType === null || entry.objectType === objectType) &&
      sids.has(entry.sid),
  );
  return deciding?.allow ?? false;
}
