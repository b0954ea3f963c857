import type { Command } from 'commander';
import type { PasswordVerdict } from '../../../shared/password-rules/password-rule.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { timeZoneOf } from '../../core/configuration/time-zone.ts';
import { explainPolicy, type PolicyExplanation } from '../../core/password-policy/explain-policy.ts';
import { ruleText } from '../../core/password-policy/present.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { findOneAccount } from '../find-account.ts';
import { readPassword } from '../read-password.ts';
import type { Runtime } from '../runtime.ts';
import { withRuntime } from '../with-runtime.ts';

interface ExplainOptions {
  user: string;
  directory?: string;
  passwordStdin?: boolean;
  json?: boolean;
}

/** `keyturn policy explain`: the policy of one account, and the verdict of each rule on a password. */
export function addExplain(policy: Command, context: CommandContext): void {
  const explain = policy
    .command('explain')
    .requiredOption('--user <name>', 'sign-in name or another identifier of the account')
    .option('--directory <id>', 'the directory, where several have the name')
    .option('--password-stdin', 'judge the password on standard input; it is never an argument, which others could see')
    .option('--json', 'print it as JSON')
    .description(
      'Tell which policy holds for a reset of an account, by its directory and by passwordRules, where the two do not go together, and how each rule judges a password. Nothing is changed, and the password is never printed. Exit code 1 when the password is refused, or no password could be taken.',
    )
    .action((options: ExplainOptions) =>
      withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        const { account, directory } = await findOneAccount(runtime.directories, options.user, options.directory);
        const facts = await directory.readFacts({ directory: account.directory, id: account.id });
        const password = options.passwordStdin === true ? await readPassword(context) : null;
        const deps = { breached: () => runtime.breached, dictionary: () => runtime.dictionary, configuration: () => configuration };
        const told = await explainPolicy(deps, facts, password, runtime.clock.now());
        if (told.acceptable === false || told.conflicts.some(({ kind }) => kind === 'impossible')) context.failed();
        const name = `${account.login} (${directory.label})`;
        const lines =
          options.json === true
            ? [JSON.stringify(present(told, runtime, configuration), null, 2)]
            : describe(name, told, runtime, configuration);
        for (const line of lines) await context.print(line);
      }),
    );
  withExamples(explain, [
    { command: 'keyturn policy explain --user alice', does: 'tells what a new password of alice must meet, and why' },
    { command: 'keyturn policy explain --user alice --password-stdin', does: 'also judges the password that is typed' },
  ]);
}

function present(told: PolicyExplanation, runtime: Runtime, configuration: Configuration) {
  const { name, uncertain, rules, conflicts, acceptable } = told;
  return {
    policy: name,
    uncertain,
    rules: rules.map(({ from, verdict: { code, params, ok } }) => ({
      from,
      code,
      text: sentence(params, code, runtime, configuration),
      ok: ok ?? undefined,
    })),
    conflicts,
    ...(acceptable === null ? {} : { acceptable }),
  };
}

function describe(name: string, told: PolicyExplanation, runtime: Runtime, configuration: Configuration): string[] {
  const { rules, conflicts, acceptable, uncertain } = told;
  return [
    `${name}: policy "${told.name}" of the directory, and passwordRules`,
    ...(uncertain ? ['  Another policy that may not be read may be in force: the directory alone judges.'] : []),
    ...rules.map(
      ({ from, verdict }) =>
        `  ${FROM[from].padEnd(13)}${judgement(verdict)}${sentence(verdict.params, verdict.code, runtime, configuration)}`,
    ),
    ...conflicts.map(({ kind, setting, text }) => `  ${kind}: ${setting}: ${text}`),
    ...(acceptable === null ? [] : [acceptable ? 'Nothing that is known beforehand refuses the password.' : 'The password is refused.']),
  ];
}

const FROM = { directory: 'directory', organisation: 'passwordRules', keyturn: 'Keyturn' } as const;

function judgement({ ok }: PolicyExplanation['rules'][number]['verdict']): string {
  if (ok === null) return '  ';
  const word = ok === 'server-decides' ? 'not known' : ok ? 'met' : 'BROKEN';
  return `  ${word.padEnd(11)}`;
}

function sentence(params: PasswordVerdict['params'], code: string, runtime: Runtime, configuration: Configuration): string {
  const rule = ruleText(code, params, runtime.texts, 'en', timeZoneOf(configuration));
  return params.known === false ? `${rule} (the source cannot be asked)` : rule;
}
