import { z } from 'zod';

/** What passes between the browser's WebAuthn (Level 3) and the server, in the JSON form of the specification (5.1.8, 5.1.9). */

/** Octets in base64url without padding (RFC 4648 5). */
const octets = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/);

const credentialBase = {
  id: octets(1400),
  rawId: octets(1400),
  type: z.literal('public-key'),
};

/** AuthenticationResponseJSON. What we do not use of it is left out. */
export const assertionSchema = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: octets(4096),
    authenticatorData: octets(4096),
    signature: octets(2048),
    userHandle: octets(128).optional(),
  }),
});
export type Assertion = z.infer<typeof assertionSchema>;

/** RegistrationResponseJSON. */
export const attestationSchema = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: octets(4096),
    attestationObject: octets(8192),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});
export type Attestation = z.infer<typeof attestationSchema>;

/** PublicKeyCredentialRequestOptionsJSON: the same for everybody, as no credential is named. */
export const requestOptionsSchema = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: z.number(),
  userVerification: z.literal('required'),
  allowCredentials: z.array(z.never()),
});
export type RequestOptions = z.infer<typeof requestOptionsSchema>;

/** PublicKeyCredentialCreationOptionsJSON: a passkey that can be found without a name, with user verification. */
export const creationOptionsSchema = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number() })),
  timeout: z.number(),
  excludeCredentials: z.array(z.object({ type: z.literal('public-key'), id: z.string() })),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
});
export type CreationOptions = z.infer<typeof creationOptionsSchema>;
