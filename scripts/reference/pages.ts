import type { Command } from 'commander';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { fixParts } from '../../shared/fix-text.ts';
import { createCommandContext } from '../../src/cli/command-context.ts';
import { examplesOf } from '../../src/cli/examples.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts';
import { EXPLANATIONS } from '../../src/cli/explain-error.ts';
import { createProgram } from '../../src/cli/program.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment-settings.ts';
import { settingsSchema } from '../../src/config/settings.ts';
import { configurationSchema } from '../../src/core/configuration/document.ts';
import { auditEventsText } from './audit-events.ts';
import { cell, describeSchema, sectionText } from './describe-schema.ts';

const NOTE = '<!-- Written by scripts/generate-reference.ts (npm run docs). Do not edit. -->';

/** Every generated page, by file name. */
export function referencePages(): Record<string, string> {
  return {
    'configuration.md': page('Configuration', configurationText()),
    'settings.md': page('Boot settings', settingsText()),
    'errors.md': page('Errors', errorsText()),
    'audit-events.md': page('Audit events', auditEventsText()),
    'cli.md': page('Command line', cliText()),
  };
}

function page(title: string, parts: readonly string[]): string {
  return `${NOTE}\n\n${[`# ${title}`, ...parts].join('\n\n')}\n`;
}

function configurationText(): string[] {
  return [
    'The configuration is one document, kept in versions in the database and shared by all nodes. Write it as YAML or JSON; `keyturn config schema` prints its JSON Schema for editors, `keyturn config check FILE` judges a file. `[]` stands for each entry of a list.',
    ...describeSchema(configurationSchema).map(sectionText),
  ];
}

function settingsText(): string[] {
  const variables = ENVIRONMENT_VARIABLES.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`);
  return [
    'What a node must know before it can open its database: a YAML file, named by `--config FILE` or the variable `KEYTURN_CONFIG`, and environment variables, which win. Relative paths are taken from the working folder. The file may also hold a `configuration:` part, see [configuration](configuration.md), which `keyturn serve` puts into force on the very first start.',
    ...describeSchema(settingsSchema).map(sectionText),
    [
      '## Environment variables',
      '',
      '| variable | |',
      '|---|---|',
      '| `KEYTURN_CONFIG` | Names the settings file when `--config` does not. |',
      ...variables,
    ].join('\n'),
  ];
}

function errorsText(): string[] {
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((code) => {
    const { status, audience, level } = ERRORS[code];
    const { meaning, fix } = EXPLANATIONS[code];
    return `| \`${code}\` | ${status} | ${audience} | ${level} | ${cell(`${meaning}. ${fixText(fix)}`)} |`;
  });
  return [
    'Codes are stable. Over HTTP an error is a problem document (RFC 9457) with its `code`. Codes for operators reach the log and the command line; an anonymous caller gets `directory.unavailable` or `internal.unexpected` in their place.',
    ['| code | status | who is told | log level | meaning and remedy |', '|---|---|---|---|---|', ...rows].join('\n'),
  ];
}

function fixText(fix: string): string {
  const { sentence, lines } = fixParts(fix);
  return lines.length === 0 ? `${sentence}.` : `${sentence}: ${lines.map((line) => `\`${line}\``).join(', ')}`;
}

function cliText(): string[] {
  const context = createCommandContext(
    {
      environment: {},
      write: () => Promise.resolve(),
      writeError: () => {},
      readInput: () => Promise.reject(new Error('help reads nothing')),
      loadRoot: () => Promise.reject(new Error('the reference runs no command')),
      stopRequested: () => Promise.resolve(),
    },
    { configFile: () => undefined, failed: () => {} },
  );
  const program = createProgram(context);
  const leaves = program.commands.flatMap(leavesOf);
  const codes = EXIT_MEANINGS.map(({ code, meaning }) => `| ${code} | ${cell(meaning)} |`);
  return [
    ['## Exit codes', '', '| code | |', '|---|---|', ...codes].join('\n'),
    ['## Options of every command', '', ...optionLines(program)].join('\n'),
    ...leaves.map(commandText),
  ];
}

/** The commands that do something: groups only hold them. */
function leavesOf(command: Command): Command[] {
  return command.commands.length > 0 ? command.commands.flatMap(leavesOf) : [command];
}

function commandText(command: Command): string {
  const name = fullName(command);
  const words = command.registeredArguments.map((argument) => {
    const word = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${word}>` : `[${word}]`;
  });
  const lines = [`## ${name}`, '', command.description(), '', '```', [name, '[options]', ...words].join(' '), '```'];
  const options = [
    ...command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`),
    ...optionLines(command),
  ];
  if (options.length > 0) lines.push('', ...options);
  const examples = examplesOf(command);
  if (examples.length > 0) lines.push('', 'Examples:', '', ...examples.map((example) => `- \`${example.command}\` ${example.does}`));
  return lines.join('\n');
}

function optionLines(command: Command): string[] {
  return command.options.map((option) => {
    const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
    const preset = option.defaultValue === undefined || option.defaultValue === '' ? '' : ` (default: ${String(option.defaultValue)})`;
    return `- \`${option.flags}\`: ${option.description}${choices}${preset}`;
  });
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
