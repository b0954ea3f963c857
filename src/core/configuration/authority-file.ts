import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * What is wrong with a file of certificate authorities, as a half-sentence that says which it is; null when it can be used. OpenSSL
 * passes over what it cannot read in silence, and the server's certificate is then "signed by an unknown authority", which sends people
 * to look in the wrong place.
 * @param content the file as it is on the disk
 */
export function authorityProblem(content: Uint8Array): string | null {
  if (content.length === 0) return 'it is empty';
  if (isUtf16(content)) return 'it is written in UTF-16: save it as plain text (ASCII or UTF-8)';
  const text = Buffer.from(content).toString('latin1');
  if (!text.includes('-----BEGIN ')) return isDer(content) ? DER : 'it holds no certificate (-----BEGIN CERTIFICATE-----)';
  const blocks = [...text.matchAll(BLOCK)].map(([block, label]) => ({ block, label: label ?? '' }));
  if (!blocks.some(({ label }) => isCertificate(label))) return whatElse(blocks.map(({ label }) => label));
  return certificatesProblem(blocks.filter(({ label }) => isCertificate(label)).map(({ block }) => block));
}

/** X.690 8.1: a certificate is a SEQUENCE, and one of more than 255 bytes has its length in two. */
const DER = 'it is in DER (binary): convert it with openssl x509 -inform der -in FILE -out FILE.pem';

function isDer(content: Uint8Array): boolean {
  if (content[0] !== 0x30) return false;
  try {
    return new X509Certificate(content).raw.length > 0;
  } catch {
    return false;
  }
}

function isUtf16(content: Uint8Array): boolean {
  const [first, second] = content;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0;
}

/** RFC 7468 5.1 and its Appendix A: older programs write other labels for the same thing. */
function isCertificate(label: string): boolean {
  return label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' || label === 'TRUSTED CERTIFICATE';
}

function whatElse(labels: readonly string[]): string {
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    return 'it holds a private key and no certificate: name the certificate of the authority, and keep the key where it belongs';
  }
  return labels.length === 0 ? 'its certificate is cut off' : `it holds no certificate, but ${labels[0]?.toLowerCase()}`;
}

function certificatesProblem(blocks: readonly string[]): string | null {
  const read: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      read.push(new X509Certificate(block.replace(/(BEGIN|END) (X509|TRUSTED) CERTIFICATE/g, '$1 CERTIFICATE')));
    } catch {
      return blocks.length === 1 ? 'its certificate cannot be read' : `its certificate number ${index + 1} cannot be read`;
    }
  }
  // Without its root a chain is not complete (RFC 5280 6.1.1 d): the trust anchor is what the file is for.
  if (!read.some((certificate) => certificate.checkIssued(certificate))) {
    const issuer = (read.at(-1)?.issuer ?? '').replaceAll('\n', ', ');
    return `it holds only intermediate certificates: add that of the root authority (${issuer})`;
  }
  return null;
}
