import { type BerWriter, Control } from 'ldapts';
import { OID } from '../ldap/root-dse.ts';

/**
 * Asks the server to say with each entry what an account may do with it (draft-ietf-ldapext-acl-model-08 section 9; 389 DS takes the
 * authorization identity as it is). Everybody may ask about themselves.
 */
export class EffectiveRightsControl extends Control {
  readonly #subject: string;

  constructor(subjectDn: string) {
    super(OID.effectiveRights, { critical: true });
    this.#subject = subjectDn;
  }

  protected override writeControl(writer: BerWriter): void {
    writer.writeBuffer(Buffer.from(`dn: ${this.#subject}`, 'utf8'), 0x04);
  }
}

/** `userPassword:wo, uid:rsc, mail:none` as rights by attribute in lower case. */
export function parseAttributeRights(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const rights = new Map<string, ReadonlySet<string>>();
  for (const part of text.split(',')) {
    const [name = '', letters = ''] = part.trim().split(':');
    rights.set(name.toLowerCase(), new Set(letters === 'none' ? [] : letters));
  }
  return rights;
}
