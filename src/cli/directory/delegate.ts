import { type Command, Option } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import { checkConfiguration, problemLines } from '../../core/configuration/check-configuration.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { DELEGATION_FORMS, type Delegation, type DelegationForm, delegationFor } from '../../core/delegation/delegation.ts';
import { verbsInUse } from '../../core/delegation/verbs-in-use.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { readDocument } from '../read-document.ts';
import { withRuntime } from '../with-runtime.ts';

interface DelegateFlags {
  directory?: string;
  file?: string;
  form?: DelegationForm;
  json?: boolean;
}

/** `keyturn directory delegate`: what to grant the service account. */
export function addDelegate(directory: Command, context: CommandContext): void {
  const delegate = directory
    .command('delegate')
    .option('--directory <id>', 'the directory, where the configuration has several')
    .option('--file <file>', 'a configuration that is not in force yet, instead of the one that is')
    .addOption(new Option('--form <form>', 'for this tool alone, and nothing else on standard output').choices(DELEGATION_FORMS))
    .option('--json', 'print it as JSON')
    .description(
      'Print the commands that grant the service account what the configuration uses, for the places it names, and nothing else: dsacls, PowerShell and samba-tool for Active Directory, cn=config and slapd.conf for OpenLDAP, LDIF for 389 Directory Server. No directory is asked, and nothing is changed.',
    )
    .action(async (flags: DelegateFlags) => {
      const configuration = await readConfiguration(context, flags.file);
      const section = sectionOf(configuration, flags.directory);
      const verbs = verbsInUse(configuration, section);
      const all = delegationFor(section, verbs);
      const { form } = flags;
      const printed = all.filter((one) => form === undefined || one.form === form);
      if (flags.json === true) {
        const told = { directory: section.id, kind: section.kind, verbs: [...verbs], delegations: printed };
        return context.print(JSON.stringify(told, null, 2));
      }
      if (printed.length === 0) throw new AppError('directory.no-delegation', { directory: section.id, kind: section.kind, ...flags });
      if (form !== undefined) return context.write(printed.map(({ text }) => text).join(''));
      await context.print(printed.map((delegation) => `${TITLES[delegation.form]}:\n\n${delegation.text}`).join('\n'));
    });
  withExamples(delegate, [
    { command: 'keyturn directory delegate', does: 'prints what to grant, for each tool that can' },
    { command: 'keyturn directory delegate --form cn=config > keyturn-access.ldif', does: 'writes the file for ldapmodify' },
    { command: 'keyturn directory delegate --file keyturn.yaml --directory ad --form dsacls', does: 'the same before the first start' },
  ]);
}

const TITLES: Readonly<Record<Delegation['form'], string>> = {
  dsacls: 'On Windows, in a command prompt of a domain administrator',
  powershell: 'Or the same in PowerShell, as a domain administrator',
  'samba-tool': 'Or on Samba, in a shell (the password of Administrator is asked for)',
  'cn=config': 'Where slapd is configured by cn=config, as root on the server: ldapmodify -Q -Y EXTERNAL -H ldapi:/// -f FILE',
  'slapd.conf': 'Or in slapd.conf, first in the database that holds the people',
  ldif: 'As the Directory Manager: ldapmodify -x -D "cn=Directory Manager" -W -H URL -f FILE',
};

/** The one in force, or that of a file. @throws AppError `configuration.invalid`, `configuration.missing` */
async function readConfiguration(context: CommandContext, file: string | undefined): Promise<Configuration> {
  const { settings } = context.settings();
  if (file !== undefined) {
    const { problems, configuration } = checkConfiguration(readDocument(file), await context.checkContext(settings.demo));
    if (configuration === null) throw new AppError('configuration.invalid', { problems: problemLines(problems, 'error') });
    return configuration;
  }
  return withRuntime(
    context,
    settings,
    { only: 'store' },
    async ({ store }) => (await createConfigurationReader(store).read()).configuration,
  );
}

/** @throws AppError `directory.not-configured` */
function sectionOf({ directories }: Configuration, id: string | undefined): Configuration['directories'][number] {
  const named = directories.filter((section) => id === undefined || section.id === id);
  const [section, ...others] = named;
  if (section !== undefined && others.length === 0) return section;
  throw new AppError('directory.not-configured', { directory: id ?? 'none named', known: directories.map((each) => each.id) });
}
