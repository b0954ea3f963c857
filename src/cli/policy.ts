import { type Command, InvalidArgumentError } from 'commander';
import { POLICY_TEMPLATES, type PolicyTemplate } from '../core/password-policy/templates.ts';
import type { CommandContext } from './command-context.ts';
import { withExamples } from './examples.ts';

/** `keyturn policy`: what a new password must meet. */
export function addPolicyCommand(program: Command, context: CommandContext): void {
  const policy = program
    .command('policy')
    .summary('print templates for what a new password must meet')
    .description('Print templates for what a new password must meet. What holds for one account, `keyturn explain` tells.');
  addTemplate(policy, context);
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
