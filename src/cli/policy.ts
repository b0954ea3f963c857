import { type Command, InvalidArgumentError } from 'commander';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { POLICY_TEMPLATES, type PolicyTemplate } from '../core/password-policy/templates.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';
import { describePassword, explainPassword, isPasswordTrouble, presentPassword } from './explain/explain-password.ts';
import { findOneAccount } from './find-account.ts';
import { readPassword } from './read-password.ts';
import { withRuntime } from './with-runtime.ts';

/** `keyturn policy`: what a new password must meet. */
export function addPolicyCommand(program: Command, context: CommandContext): void {
  const policy = program
    .command('policy')
    .summary('explain what a new password must meet, and print templates for it')
    .description('Explain what a new password of an account must meet, and print templates for it.');
  addExplain(policy, context);
  addTemplate(policy, context);
}

interface ExplainOptions {
  user: string;
  directory?: string;
  passwordStdin?: boolean;
  json?: boolean;
}

/** The part of `keyturn explain` that is about passwords. */
function addExplain(policy: Command, context: CommandContext): void {
  const explain = policy
    .command('explain')
    .requiredOption('--user <name>', 'sign-in name or another identifier of the account')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--password-stdin', 'judge the password on standard input; it is never an argument, which others could see')
    .option('--json', 'print it as JSON')
    .description(
      'Tell which policy holds for a new password of an account, each rule with where it comes from, and how it judges a password. What else holds for the account, `keyturn explain` tells. Exit code 1 when the password is refused, or when no password could be taken.',
    )
    .action((options: ExplainOptions) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const found = await findOneAccount(runtime.directories, options.user, options.directory);
        const typed = options.passwordStdin === true ? await readPassword(context) : null;
        const told = await explainPassword(runtime, configuration, found, typed);
        if (isPasswordTrouble(told)) context.failed();
        if (options.json === true) return context.print(JSON.stringify(presentPassword(told, runtime, configuration), null, 2));
        for (const line of describePassword(told, runtime, configuration)) await context.print(line);
      }),
    );
  withExamples(explain, [
    { command: 'keyturn policy explain --user alice', does: 'tells what a new password of alice must meet' },
    { command: 'keyturn policy explain --user alice --password-stdin', does: 'also judges the password that is typed' },
  ]);
}

function addTemplate(policy: Command, context: CommandContext): void {
  const names = POLICY_TEMPLATES.map(({ name }) => name);
  const template = policy
    .command('template')
    .argument('[name]', `one of ${names.join(', ')}; without it, all are listed`, parseTemplate)
    .description(
      'Print a section `passwordRules` that says what a standard asks for, with the clauses, to be put into the configuration document and changed there.',
    )
    .action(async (chosen: PolicyTemplate | undefined) => {
      if (chosen !== undefined) return context.write(chosen.text);
      for (const { name, title } of POLICY_TEMPLATES) await context.print(`${name}: ${title}`);
    });
  withExamples(template, [{ command: 'keyturn policy template pci-dss-4.0.1', does: 'prints what PCI DSS asks for' }]);
}

function parseTemplate(name: string): PolicyTemplate {
  const found = POLICY_TEMPLATES.find((template) => template.name === name);
  if (found === undefined) throw new InvalidArgumentError(`Expected one of ${POLICY_TEMPLATES.map((each) => each.name).join(', ')}.`);
  return found;
}
