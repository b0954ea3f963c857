import { isIP } from 'node:net';
import { z } from 'zod';
import { secretReferenceSchema } from '../core/configuration/mail-section.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** True for an IP address, or a network in CIDR notation (RFC 4632). */
function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** An address that only this machine reaches (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * An address or a host name (RFC 1123 2.1) to listen on. In an address of the web an IPv6 address stands in brackets, here it does not; a
 * path is a socket to other servers, and not to this one.
 */
export function isListenHost(host: string): boolean {
  return isIP(host) !== 0 || /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?$/i.test(host);
}

/** What an operator is told of another one. */
export const NO_LISTEN_HOST = 'An IP address (IPv6 without brackets: ::1) or a host name, not a port, an address of the web or a socket';

const listenHost = z.string().min(1).max(255).refine(isListenHost, NO_LISTEN_HOST).default('127.0.0.1');

const keySchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'Lower-case letters, digits and dashes, at most 40')
    .describe('Name of the key. Sealed data carries it, so that keys can change.'),
  secret: secretReferenceSchema.describe(
    'Reference to 32 random bytes in base64: env:NAME or file:/absolute/path. `keyturn key create` makes one.',
  ),
});

/**
 * Boot settings: what a node must know before it can open its database. Everything else is in the configuration
 * document, which lives in the database and is shared by all nodes.
 */
export const settingsSchema = z.strictObject({
  listen: z
    .strictObject({
      host: listenHost.describe('Address to listen on.'),
      port: z.int().min(0).max(65_535).default(8080).describe('Port to listen on. 0 takes any free one.'),
    })
    .prefault({})
    .describe('Where the server listens. Put a TLS-terminating proxy in front of it.'),
  dataDirectory: z.string().min(1).default('.keyturn').describe('Folder for the embedded database and other files of this node.'),
  database: z
    .strictObject({
      url: z
        .union([
          z.string().regex(/^sqlite:.+$/, 'sqlite:/path/to/file'),
          z.string().regex(/^postgres(ql)?:\/\/.+$/, 'postgres://user@host/database'),
          secretReferenceSchema,
        ])
        .optional()
        .describe(
          'sqlite:/path/to/file or postgres://user@host/database. A reference (env:NAME, file:/absolute/path) to the address keeps its password out of this file. ' +
            'When absent: an SQLite file `keyturn.sqlite` in the data directory.',
        ),
    })
    .prefault({})
    .describe('Where Keyturn keeps what it must remember.'),
  keys: z
    .array(keySchema)
    .max(10)
    .default([])
    .refine((keys) => new Set(keys.map((key) => key.id)).size === keys.length, 'Two keys have the same id')
    .describe('Keys that seal secrets in the database. The first one seals; the others still open what they sealed.'),
  trustedProxies: z
    .array(z.string().refine(isAddressOrNetwork, 'An IP address or a network such as 10.0.0.0/8'))
    .default([])
    .describe('Proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed. From anyone else they are ignored.'),
  metrics: z
    .strictObject({
      host: listenHost.describe('Address to listen on. One that other machines reach needs a token.'),
      port: z.int().min(0).max(65_535).describe('Port of `GET /metrics`, apart from the one for people. 0 takes any free one.'),
      token: secretReferenceSchema
        .optional()
        .describe('Reference (env:NAME, file:/absolute/path) to what a request must bring as `Authorization: Bearer`.'),
    })
    .refine(({ host, token }) => token !== undefined || isLoopback(host), 'An address that other machines reach needs a token')
    .optional()
    .describe('Metrics for Prometheus. Without this section there are none.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least important level that is logged.'),
  demo: z.boolean().default(false).describe('Demo mode: shows captured mails and codes to anyone. Never with real people.'),
});

/** Boot settings with every default filled in. */
export type Settings = z.infer<typeof settingsSchema>;
