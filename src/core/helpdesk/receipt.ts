import { z } from 'zod';
import { FACTOR_KINDS, type FactorKind } from '../../../shared/api/journeys.ts';
import { type OtherWay, PERSON_PERMISSIONS, type PersonPermission } from '../../../shared/permissions.ts';
import { canonicalJson } from '../audit/canonical-json.ts';
import { type AuditSeals, isTextSigned } from '../audit/seals.ts';
import type { AccountRef } from '../ports/directory.ts';

const refSchema = z.strictObject({ directory: z.string(), id: z.string() });
const proofs = z.array(z.enum(FACTOR_KINDS));

/** How the caller was verified, and by proofs of which kinds. */
const methodSchema = z.discriminatedUnion('way', [
  /** They proved themselves by these, on their own device, and typed the number that the agent read out. */
  z.strictObject({ way: z.literal('own-device'), journey: z.string(), proofs }),
  /** They read codes of these kinds out, and the agent typed them. */
  z.strictObject({ way: z.literal('read-back'), proofs }),
  /** They answered so many of their questions, and the agent typed the answers. */
  z.strictObject({ way: z.literal('questions'), proofs, answered: z.number() }),
  /** Somebody vouched for them. */
  z.strictObject({ way: z.literal('manager'), proofs, request: z.string(), by: z.strictObject({ login: z.string(), account: refSchema }) }),
]);

const receiptSchema = z.strictObject({
  version: z.literal(1),
  case: z.string(),
  /** Sign-in name of the person and of the agent, as the directories had them. */
  person: z.string(),
  account: refSchema,
  agent: z.strictObject({ login: z.string(), account: refSchema }),
  action: z.enum(PERSON_PERMISSIONS),
  ticket: z.string().nullable(),
  /** What is to be removed of what proves the person. Absent from receipts for anything else. */
  kinds: proofs.optional(),
  method: methodSchema,
  /** When the caller was verified; milliseconds since 1970. */
  at: z.number(),
  /** Where the audit log ended before that: whoever writes to the account behind it ends the receipt. Absent from the first ones. */
  logEnd: z.number().optional(),
  /** Until when it is good; milliseconds since 1970. Absent from the first ones: of them the configuration alone says it. */
  until: z.number().optional(),
});

const signedReceiptSchema = z.strictObject({
  receipt: receiptSchema,
  /** Ed25519 (RFC 8032), base64url: the key of the checkpoints of the audit log. */
  publicKey: z.string(),
  signature: z.string(),
});

/** What an agent relies on: who was verified for whom, for what and how. It is no permission: that is asked of the roles each time. */
export type Receipt = z.infer<typeof receiptSchema>;
export type SignedReceipt = z.infer<typeof signedReceiptSchema>;

/** A receipt that was made on another node may seem to come from the future by as much as clocks may differ; milliseconds. */
const CLOCKS_DIFFER = 5 * 60_000;

/** Signs a receipt with the key of the installation's audit log. */
export function signReceipt(seals: AuditSeals, receipt: Receipt): SignedReceipt {
  return { receipt, ...seals.sign(signedText(receipt)) };
}

/** Whether the holder of the named key signed exactly this. Needs no secret: an auditor asks it years later. */
export function isReceiptSigned({ receipt, publicKey, signature }: SignedReceipt): boolean {
  return isTextSigned(signedText(receipt), { publicKey, signature });
}

/** Reads one out of an event of the audit log; null: it is none. */
export function readReceipt(value: unknown): SignedReceipt | null {
  const read = signedReceiptSchema.safeParse(value);
  return read.success ? read.data : null;
}

/** What an act needs a receipt for. */
export interface WantedReceipt {
  readonly case: string;
  readonly account: AccountRef;
  readonly agent: AccountRef;
  readonly action: PersonPermission;
  /** What is to be removed, for an act that removes something. */
  readonly kinds?: readonly FactorKind[] | undefined;
  /** Ways of verifying that count besides the caller's own device. */
  readonly otherWays: readonly OtherWay[];
}

/**
 * Whether a receipt was signed by this installation, is about exactly this, was made in a way that counts, has not come to its end, and is
 * not older than `lifetime` milliseconds at `now`: what the configuration says now makes its time shorter, and never longer.
 * That it is used once is for whoever uses it to see to, in the transaction of the use.
 */
export function isFitting(
  seals: AuditSeals,
  signed: SignedReceipt,
  wanted: WantedReceipt,
  { lifetime, now }: { lifetime: number; now: number },
): boolean {
  const { receipt } = signed;
  return (
    seals.publicKeys().some(({ publicKey }) => publicKey === signed.publicKey) &&
    isReceiptSigned(signed) &&
    receipt.case === wanted.case &&
    receipt.action === wanted.action &&
    String(receipt.kinds) === String(wanted.kinds) &&
    isWayTaken(receipt, wanted.otherWays) &&
    isSame(receipt.account, wanted.account) &&
    isSame(receipt.agent.account, wanted.agent) &&
    now < endOf(receipt, lifetime) &&
    receipt.at - now < CLOCKS_DIFFER
  );
}

/** Whether the caller was verified in a way that counts: on their own device, or in one that the roles of the agent name. */
export function isWayTaken({ method }: Receipt, otherWays: readonly OtherWay[]): boolean {
  return method.way === 'own-device' || otherWays.includes(method.way);
}

/** Until when a receipt is good where it may be `lifetime` milliseconds old; milliseconds since 1970. */
export function endOf({ at, until }: Receipt, lifetime: number): number {
  return Math.min(at + lifetime, until ?? Number.POSITIVE_INFINITY);
}

function isSame(one: AccountRef, other: AccountRef): boolean {
  return one.directory === other.directory && one.id === other.id;
}

/** Nothing else that this key signs begins like it. */
function signedText(receipt: Receipt): string {
  return `keyturn helpdesk receipt v1|${canonicalJson(receipt)}`;
}
