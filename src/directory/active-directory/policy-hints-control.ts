import { type BerWriter, Control } from 'ldapts';
import { OID } from '../ldap/root-dse.ts';

/**
 * Asks for history and minimum age to be honoured by a reset (LDAP_SERVER_POLICY_HINTS_OID, MS-ADTS 3.1.1.3.4.1.27). Critical, so that
 * a server that does not know it refuses instead of forgetting the history.
 */
export class PolicyHintsControl extends Control {
  constructor() {
    super(OID.policyHints, { critical: true });
  }

  protected override writeControl(writer: BerWriter): void {
    // PolicyHintsRequestValue ::= SEQUENCE { Flags INTEGER }, flag 1.
    writer.writeBuffer(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01]), 0x04);
  }
}
