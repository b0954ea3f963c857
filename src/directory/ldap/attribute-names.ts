/**
 * Names of one attribute, its object identifier last: those that stand in DNs (RFC 4519 section 2, RFC 4524 section 2, RFC 2985
 * section 5.6, RFC 2798 section 2.4).
 */
const NAMES: readonly (readonly string[])[] = [
  ['cn', 'commonName', '2.5.4.3'],
  ['sn', 'surname', '2.5.4.4'],
  ['serialNumber', '2.5.4.5'],
  ['c', 'countryName', '2.5.4.6'],
  ['l', 'localityName', '2.5.4.7'],
  ['st', 'stateOrProvinceName', 's', '2.5.4.8'],
  ['street', 'streetAddress', '2.5.4.9'],
  ['o', 'organizationName', '2.5.4.10'],
  ['ou', 'organizationalUnitName', '2.5.4.11'],
  ['title', '2.5.4.12'],
  ['description', '2.5.4.13'],
  ['postalCode', '2.5.4.17'],
  ['telephoneNumber', '2.5.4.20'],
  ['name', '2.5.4.41'],
  ['givenName', 'gn', '2.5.4.42'],
  ['initials', '2.5.4.43'],
  ['generationQualifier', '2.5.4.44'],
  ['x500UniqueIdentifier', '2.5.4.45'],
  ['dnQualifier', '2.5.4.46'],
  ['pseudonym', '2.5.4.65'],
  ['uid', 'userid', '0.9.2342.19200300.100.1.1'],
  ['mail', 'rfc822Mailbox', '0.9.2342.19200300.100.1.3'],
  ['host', '0.9.2342.19200300.100.1.9'],
  ['dc', 'domainComponent', '0.9.2342.19200300.100.1.25'],
  ['associatedDomain', '0.9.2342.19200300.100.1.37'],
  ['uniqueIdentifier', '0.9.2342.19200300.100.1.44'],
  ['emailAddress', 'email', 'pkcs9email', '1.2.840.113549.1.9.1'],
  ['employeeNumber', '2.16.840.1.113730.3.1.3'],
  ['uidNumber', '1.3.6.1.1.1.1.0'],
  ['gidNumber', '1.3.6.1.1.1.1.1'],
];

const first = new Map(NAMES.flatMap((names) => names.map((name) => [name.toLowerCase(), names[0]?.toLowerCase() ?? name] as const)));

/** One name for an attribute, whichever of its names or its object identifier is given; others in lower case. */
export function attributeName(name: string): string {
  const plain = name.toLowerCase().replace(/^oid\./, '');
  return first.get(plain) ?? plain;
}
