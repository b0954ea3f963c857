import { isReceiptSigned, readReceipt, type SignedReceipt } from '../../core/helpdesk/receipt.ts';
import type { AuditRow } from '../../core/ports/audit-store.ts';

/** What can be wrong with a receipt of a caller, and the word for it. */
export const RECEIPT_PROBLEMS = {
  'receipt-malformed': 'it names a receipt that cannot be read',
  'receipt-not-signed': 'its receipt of a caller was not signed with the key that it names: it is forged or was changed',
  'receipt-of-another': 'its receipt is about another account, or for something else, than what was done by it',
  'receipt-key-unknown': 'its receipt was signed with a key that this installation does not have',
} as const;

type ReceiptProblem = keyof typeof RECEIPT_PROBLEMS;

const WITH_RECEIPT = new Set(['case.verified', 'case.acted', 'write.intended']);

/** The receipts of callers among the events of a log: each must be genuine, and be about what was done by it. */
export interface ReceiptCheck {
  look(row: AuditRow): void;
  /** How many there were, and the keys that they were signed with. */
  readonly seen: { count: number; keys: Set<string> };
  readonly problem: { seq: number; reason: ReceiptProblem } | undefined;
}

/** @param known the public keys of the installation; without, each receipt counts by the key that it names */
export function createReceiptCheck(known?: readonly string[]): ReceiptCheck {
  const seen = { count: 0, keys: new Set<string>() };
  let problem: ReceiptCheck['problem'];
  return {
    seen,
    get problem() {
      return problem;
    },
    look({ seq, type, data }) {
      if (problem !== undefined || !WITH_RECEIPT.has(type)) return;
      const event = parsed(data);
      const given = type === 'case.verified' ? event.receipt : event.backing?.receipt;
      if (given === undefined) return;
      const signed = readReceipt(given);
      const reason = signed === null ? 'receipt-malformed' : problemOf(signed, event, known);
      if (reason !== null) problem = { seq, reason };
      seen.count += 1;
      if (signed !== null) seen.keys.add(signed.publicKey);
    },
  };
}

interface ReceiptEvent {
  receipt?: unknown;
  backing?: { receipt?: unknown };
  account?: { directory: string; id: string };
  /** What was done: of a write its verb, of a case its action. */
  verb?: string;
  action?: string;
}

/** The chain vouches for the content of its events, and is walked at the same time; one that was erased has none. */
function parsed(data: string): ReceiptEvent {
  try {
    return JSON.parse(data) as ReceiptEvent;
  } catch {
    return {};
  }
}

function problemOf(signed: SignedReceipt, { account, verb, action }: ReceiptEvent, known?: readonly string[]): ReceiptProblem | null {
  if (!isReceiptSigned(signed)) return 'receipt-not-signed';
  if (known?.includes(signed.publicKey) === false) return 'receipt-key-unknown';
  const { receipt } = signed;
  const isSame = receipt.account.directory === account?.directory && receipt.account.id === account.id;
  return isSame && receipt.action === (verb ?? action) ? null : 'receipt-of-another';
}
