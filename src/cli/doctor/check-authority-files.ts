import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Configuration } from '../../core/configuration/document.ts';
import { certificateEndFindings } from '../../core/health/certificate-end.ts';
import { type Finding, findingsOf } from '../../core/health/finding.ts';

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** Whether authorities that the configuration names by file end soon. Files that cannot be used are told by who uses them. */
export function checkAuthorityFiles(configuration: Configuration, now: number = Date.now()): Finding[] {
  const named = [
    ...configuration.directories.map((section) => ({
      area: `directory ${section.id}`,
      file: section.kind === 'embedded' ? undefined : section.tls.caFile,
    })),
    ...(configuration.mail.kind === 'smtp' ? configuration.mail.servers.map(({ caFile }) => ({ area: 'mail', file: caFile })) : []),
  ];
  const files = new Map(named.flatMap(({ area, file }) => (file === undefined ? [] : [[file, area] as const])));
  return [...files].flatMap(([file, area]) =>
    certificatesIn(file).flatMap((certificate) =>
      certificateEndFindings(
        findingsOf(area),
        `The authority ${certificate.subject.replaceAll('\n', ', ')} in ${file}`,
        Date.parse(certificate.validTo),
        `Add the certificate of its successor to ${file}; it is read anew with each connection`,
        now,
      ),
    ),
  );
}

function certificatesIn(file: string): X509Certificate[] {
  try {
    return [...readFileSync(file, 'latin1').matchAll(CERTIFICATE)].map(([block]) => new X509Certificate(block));
  } catch {
    return [];
  }
}
