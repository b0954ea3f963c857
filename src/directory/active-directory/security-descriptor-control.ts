import { type BerWriter, Control } from 'ldapts';
import { OID } from '../ldap/root-dse.ts';

/**
 * Asks for owner and access list of nTSecurityDescriptor alone (LDAP_SERVER_SD_FLAGS_OID, MS-ADTS 3.1.1.3.4.1.11). Without it the
 * server also means the audit list, and leaves the whole attribute out for everybody who may not read that.
 */
export class SecurityDescriptorControl extends Control {
  constructor() {
    super(OID.securityDescriptorFlags, { critical: true });
  }

  protected override writeControl(writer: BerWriter): void {
    // SDFlagsRequestValue ::= SEQUENCE { Flags INTEGER }: OWNER_SECURITY_INFORMATION (1) and DACL_SECURITY_INFORMATION (4).
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]), 0x04);
  }
}
