import { execFileSync } from 'node:child_process';
import type { Command } from 'commander';
import { createCommandContext } from '../src/cli/command-context.ts';
import { createProgram } from '../src/cli/program.ts';

/** Programs that people are told to run, and rules that they are told to write. */
const KNOWN = new Set([
  'access',
  'chmod',
  'chown',
  'createdb',
  'dsacls',
  'echo',
  'iconv',
  'keyturn',
  'ls',
  'printf',
  'psql',
  'runuser',
  'samba-tool',
  'systemctl',
]);

/** Lines that no POSIX shell reads: Windows, and rules of slapd.conf. */
const OF_ANOTHER_WORLD = new Set(['access', 'dsacls']);

/** The command line of this release, to ask what it knows. */
export function quietProgram(): Command {
  const quiet = {
    write: () => Promise.resolve(),
    writeError: () => {},
    readInput: () => Promise.reject(new Error('nothing is read here')),
    loadRoot: () => Promise.reject(new Error('nothing is run here')),
    stopRequested: () => Promise.resolve(),
  };
  return createProgram(createCommandContext({ environment: {}, ...quiet }, { configFile: () => undefined, failed: () => {} }));
}

/** What is wrong with a line that is printed to be pasted; null when nothing is. */
export function lineProblem(line: string, program: Command): string | null {
  if (/[.,;:!]$/.test(line) || line !== line.trim()) return 'something is at its end that would be pasted too';
  if (/`|’|“|”|…/.test(line)) return 'it has typographic marks in it';
  const [name = ''] = line.split(' ');
  if (!KNOWN.has(name)) return `${name} is no program that people are told to run`;
  if (!OF_ANOTHER_WORLD.has(name)) {
    try {
      execFileSync('sh', ['-n', '-c', line], { stdio: 'pipe' });
    } catch {
      return 'a shell cannot read it';
    }
  }
  const own = /(?:^|-- )keyturn (.*)$/.exec(line)?.[1];
  return own === undefined ? null : commandProblem(own, program);
}

/** What is wrong with the arguments of a `keyturn` command, by what its command line knows; null when nothing is. */
export function commandProblem(text: string, program: Command): string | null {
  const words = text
    .replace(/\s+#.*$/, '')
    .split(/\s*[|>]/)[0]
    ?.match(/'[^']*'|"[^"]*"|\S+/g);
  let command = program;
  const given: string[] = [];
  const left = [...(words ?? [])];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word.startsWith('--')) {
      const [name = '', value] = word.split('=');
      const option = [...command.options, ...program.options].find((candidate) => candidate.long === name);
      if (option === undefined && name !== '--help') return `there is no option ${name}`;
      if (option?.required === true && value === undefined && left.shift() === undefined) return `${name} wants a value`;
      continue;
    }
    const child: Command | undefined = given.length === 0 ? command.commands.find((candidate) => candidate.name() === word) : undefined;
    if (child === undefined) given.push(word);
    else command = child;
  }
  if (command.commands.length > 0) return `there is no command ${command.name()} ${given.join(' ')}`;
  const wanted = command.registeredArguments;
  if (given.length < wanted.filter(({ required }) => required).length) return 'an argument is missing';
  return given.length > wanted.length ? `${given.at(-1)} is one argument too many` : null;
}
