import type { Command } from 'commander';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { describeThreat } from '../core/health/describe-threat.ts';
import { liftThreat, raiseThreat, readThreat } from '../core/threat/threat.ts';
import { consoleAuthor } from '../core/threat/threat-author.ts';
import { rulesEmptied } from '../core/threat/tighten.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { withExamples } from './examples.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';
import { wordsGiven } from './words-given.ts';

type Deps = Parameters<typeof raiseThreat>[0];

/** `keyturn threat`: the one switch that makes everything stricter. None of it asks a directory. */
export function addThreatCommand(program: Command, context: CommandContext): void {
  const threat = program
    .command('threat')
    .summary('make everything stricter while an attack is feared')
    .description('Make everything stricter while an attack is feared, as the section `threat` of the configuration says.');
  const author = () => context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
  const next = (line: string) => context.print(`    ${completeCommand(line, context.settingsFile())}`);
  const withStore = (work: (deps: Deps, runtime: Runtime) => Promise<void>) =>
    withRuntime(context, context.settings().settings, { only: 'store' }, async (runtime) => {
      const { configuration } = await createConfigurationReader(runtime.store).read();
      // A running server looks into its outbox by itself.
      await work({ ...runtime, configuration: () => configuration, wakeOutbox: () => {} }, runtime);
    });

  const raise = threat
    .command('raise')
    .requiredOption('--reason <text>', 'why (required); kept in the audit log, told in the mail and shown to agents', wordsGiven)
    .description('Declare a raised threat. Running servers are stricter within seconds, until two have lifted it.')
    .action(({ reason }: { reason: string }) =>
      withStore(async (deps) => {
        await raiseThreat(deps, consoleAuthor(author()), reason);
        await context.print('Raised. Servers are stricter within five seconds. Once it is over, two people lift it:');
        await next('keyturn threat lift');
        for (const line of describeEmptied(deps.configuration())) await context.print(line);
      }),
    );
  withExamples(raise, [{ command: 'keyturn threat raise --reason "calls by impostors today"', does: 'makes everything stricter' }]);
  const lift = threat
    .command('lift')
    .description('Agree that the threat is over. The second who does within an hour, and is somebody else, lifts it.')
    .action(() =>
      withStore(async (deps) => {
        const isLifted = await liftThreat(deps, consoleAuthor(author()));
        if (isLifted) return context.print('Lifted: everything counts again as configured.');
        await context.print(`Noted for ${author()}. It stays raised until somebody else lifts it too, within the hour:`);
        await next('keyturn threat lift');
      }),
    );
  withExamples(lift, [{ command: 'keyturn threat lift', does: 'agrees, as the first or the second one, that it is over' }]);
  const status = threat
    .command('status')
    .option('--json', 'print it as JSON')
    .description('Tell whether a threat is raised, by whom and why, and who agrees that it is over.')
    .action(({ json }: { json?: boolean }) =>
      withStore(async ({ configuration }, runtime) => {
        const raised = await readThreat(runtime);
        if (json === true) return context.print(JSON.stringify(raised, null, 2));
        await context.print(describeThreat(raised));
        for (const line of raised === null ? [] : describeEmptied(configuration())) await context.print(line);
      }),
    );
  withExamples(status, [{ command: 'keyturn threat status', does: 'tells how it stands' }]);
}

/** Whom it leaves without any way, a line for each rule. */
export function describeEmptied({ signIn, ...configuration }: Configuration): string[] {
  return rulesEmptied({ signIn, ...configuration })
    .filter(({ section }) => section === 'recovery' || signIn.enabled)
    .map(({ section, name }) => `Whom the rule "${name}" of ${section}.rules applies to cannot ${CANNOT[section]} until it is lifted.`);
}

const CANNOT = { recovery: 'recover', signIn: 'sign in' } as const;
