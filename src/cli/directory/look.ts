import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { fixParts, printedFix, withLines } from '../../../shared/fix-text.ts';
import { authorityProblem } from '../../core/configuration/authority-file.ts';
import type { FoundDirectory, ShownCertificate } from '../../core/ports/directory-finder.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';

interface LookFlags {
  authority?: string;
  saveAuthority?: string;
  json?: boolean;
}

/** `keyturn directory look`: what an address tells of the directory behind it. */
export function addLook(directory: Command, context: CommandContext): void {
  const look = directory
    .command('look')
    .argument('<address>', 'a domain, a host with or without a port, or an ldaps:// or ldap:// address')
    .option('--authority <file>', 'trust the certificates of this PEM file too')
    .option('--save-authority <file>', 'write the authority that is not trusted yet to a new file, for tls.caFile; compare its fingerprint')
    .option('--json', 'print it as JSON')
    .description(
      'Find out what is behind an address: its servers by the DNS, whether they answer, their certificates and whether they are trusted here, the kind of directory and its trees. Nobody signs in, and nothing is changed. Exit code 1 when no server answers, or one is not trusted.',
    )
    .action(async (address: string, flags: LookFlags) => {
      const { directoryFinder } = await context.loadRoot();
      const found = await directoryFinder().look(address, flags.authority === undefined ? undefined : readAuthority(flags.authority));
      if (found.chain.length === 0 || found.trust !== null) context.failed();
      if (flags.saveAuthority !== undefined && found.authority !== null) saveAuthority(flags.saveAuthority, found.authority);
      if (flags.json === true) return context.print(JSON.stringify(found, null, 2));
      for (const line of describe(found)) await context.print(line);
    });
  withExamples(look, [
    { command: 'keyturn directory look ad.example.com', does: 'finds the domain controllers and tells what they show' },
    {
      command: 'keyturn directory look ldaps://ldap.example.com --save-authority /etc/keyturn/ldap-ca.pem',
      does: 'also keeps the authority that signed its certificate',
    },
  ]);
}

function describe({ servers, chain, trust, authority, kind, product, namingContexts }: FoundDirectory): string[] {
  const seconds = (at: number) => new Date(at).toISOString().slice(0, 10);
  const lines = servers.flatMap(({ url, startTls, trouble }) =>
    trouble === null
      ? [`${url}: answers${startTls ? ', by StartTLS' : ''}`]
      : [`${url}: ${trouble.problem} (${trouble.code})`, ...printedFix(fixParts(trouble.fix), '  ')],
  );
  if (chain.length === 0) return lines;
  lines.push(`kind: ${kind ?? 'not told before somebody signs in'}${product === null ? '' : ` (${product})`}`);
  lines.push(...namingContexts.map((dn, index) => `${index === 0 ? 'baseDn' : 'or'}: ${dn}`));
  lines.push('certificates:');
  for (const { subject, validUntil, fingerprint } of chain)
    lines.push(`  ${subject}`, `    until ${seconds(validUntil)}, SHA-256 ${fingerprint}`);
  if (trust === null) return [...lines, 'The certificates are trusted here'];
  lines.push(`NOT TRUSTED HERE: ${trust.problem} (${trust.code})`);
  const fix =
    authority === null
      ? trust.fix
      : withLines(
          'Compare the fingerprint of the last one with the one that the directory\u2019s operators know; then trust it',
          'keyturn directory look ADDRESS --save-authority FILE',
        );
  return [...lines, ...printedFix(fixParts(fix), '  ')];
}

/** @throws AppError `directory.tls-failed` */
function readAuthority(file: string): string {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw new AppError('directory.tls-failed', { file, problem: 'The file of authorities cannot be read' }, { cause });
  }
  const problem = authorityProblem(content);
  if (problem !== null) throw new AppError('directory.tls-failed', { file, problem: `The file of authorities cannot be used: ${problem}` });
  return content.toString('utf8');
}

/** Never over a file that is there. @throws AppError `directory.tls-failed` */
function saveAuthority(file: string, { pem }: ShownCertificate): void {
  try {
    writeFileSync(file, pem, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    throw new AppError('directory.tls-failed', { file, problem: 'The file cannot be written, or is there already' }, { cause });
  }
}
