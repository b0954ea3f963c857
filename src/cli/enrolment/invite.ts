import type { Command } from 'commander';
import { AppError } from '../../../shared/errors.ts';
import type { Configuration } from '../../core/configuration/document.ts';
import { createConfigurationReader } from '../../core/configuration/read-configuration.ts';
import { type Invited, invite } from '../../core/enrolment/invitations/invite.ts';
import { usualSituation } from '../../core/journey/usual-situation.ts';
import type { CommandContext } from '../command-context.ts';
import { withExamples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import { EXPLANATIONS } from '../explain-error.ts';
import type { FoundAccount } from '../find-account.ts';
import { WORDS } from '../recovery/describe-verdict.ts';
import { createCountProgress } from '../report/count-progress.ts';
import type { Runtime } from '../runtime.ts';
import { vouchedFor } from '../vouched-for.ts';
import { withRuntime } from '../with-runtime.ts';
import { changedBy } from './changed-by.ts';
import { forWhom, type Whom } from './whom-to-invite.ts';

export interface InviteFlags extends Omit<Whom, 'names'> {
  dryRun?: boolean;
  again?: boolean;
  link?: boolean;
  json?: boolean;
}

/** How many people came to what. */
type Counts = Record<Invited['outcome'] | 'problem', number>;

/** `keyturn enrolment invite`: people to set up what proves them. */
export function addInvite(enrolment: Command, context: CommandContext): void {
  const command = enrolment
    .command('invite')
    .argument('[name...]', 'sign-in names or other identifiers of accounts')
    .option('--file <file>', 'people of a file: one name a line, and a directory after a comma where several have it')
    .option('--group <group>', 'everybody of a group (DN, or common name), nested ones included')
    .option('--everybody', 'everybody whom the directories know')
    .option('--directory <id>', 'only this directory')
    .option('--again', 'also those who have an invitation that is still good: the newer one takes its place')
    .option('--link', 'send no mail, and print the link, to be handed over to one person')
    .option('--dry-run', 'judge everything and send nothing')
    .option('--json', 'print JSON Lines')
    .description(
      'Invite people by mail to set up what proves them. Who can recover already, may not, or has an invitation that is still good, is left out, so that the same people can be named again. What an invited person sets up after signing in with the password counts after enrolment.invitations.coolDownHours (0). Mails go out behind codes and notices. Exit code 1 when somebody could not be invited.',
    )
    .action((names: string[], flags: InviteFlags) => {
      const many = flags.file !== undefined || flags.group !== undefined || flags.everybody === true;
      if (names.length === 0 && !many)
        command.error('error: name people, or give --file, --group or --everybody', { exitCode: EXIT.usage });
      if (flags.link === true && (many || names.length > 1)) command.error('error: --link is for one person', { exitCode: EXIT.usage });
      return withRuntime(context, context.settings().settings, {}, async (runtime) => {
        const { configuration } = await createConfigurationReader(runtime.store).read();
        await inviteThem(context, runtime, configuration, { names, ...flags });
      });
    });
  withExamples(command, [
    { command: 'keyturn enrolment invite alice', does: 'sends alice a mail with a link to set up what proves her' },
    { command: 'keyturn enrolment invite --group "Sales" --dry-run', does: 'tells who of the group would be invited, and who not and why' },
    { command: 'keyturn enrolment invite --file people.csv', does: 'invites everybody in the file' },
    { command: 'keyturn enrolment invite alice --link', does: 'prints the link, for a letter or to be shown in person' },
  ]);
}

/** Invites everybody who is meant, telling of each who could not be, and at the end how many. */
export async function inviteThem(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  { dryRun = false, again = false, link = false, json = false, ...whom }: InviteFlags & Whom,
): Promise<void> {
  if (!configuration.signIn.enabled) throw new AppError('invitation.sign-in-off');
  const counts: Counts = {
    ...{ invited: 0, 'would-be-invited': 0, 'invited-already': 0, 'set-up-already': 0, barred: 0, 'no-address': 0, problem: 0 },
  };
  const progress = createCountProgress(context.writeError);
  const asked = {
    ...usualSituation(configuration, 'web'),
    rules: configuration.recovery.rules,
    canBeVouchedFor: vouchedFor(runtime, configuration),
  };
  const { author } = changedBy(context, configuration);
  const options = { asked, by: { author, lane: link ? ('notice' as const) : ('bulk' as const) }, again, dryRun, byHand: link };
  const deps = { ...runtime, configuration: () => configuration };
  let looked = 0;
  const tell = async (about: object, line: string) => context.print(json ? JSON.stringify(about) : line);
  await forWhom(runtime.directories, whom, {
    async onPerson(found) {
      const came = await invite(deps, found.directory, found.account, options);
      counts[came.outcome] += 1;
      looked += 1;
      progress.report(looked, `${looked} looked at, ${counts.invited + counts['would-be-invited']} invited`);
      const line = describe(found, came, { link });
      if (line !== null) await tell({ account: found.account.login, directory: found.account.directory, ...present(came, link) }, line);
    },
    async onProblem(place, { code, detail }) {
      counts.problem += 1;
      await tell({ place, code, detail }, `${place}: ${EXPLANATIONS[code].meaning}: ${detail} (${code})`);
    },
  });
  await context.print(json ? JSON.stringify({ ...counts, dryRun }) : summary(counts, dryRun));
  if (counts.barred + counts['no-address'] + counts.problem > 0) context.failed();
}

/** null: nothing that an operator would have to do something about, and no link to hand over. */
function describe({ account, directory }: FoundAccount, came: Invited, { link }: { link: boolean }): string | null {
  const name = `${account.login} (${directory.label})`;
  switch (came.outcome) {
    case 'barred': {
      const { reason, detail } = came.verdict;
      return `${name}: ${reason === null ? '' : WORDS[reason].what}${detail === null ? '' : ` (${detail})`}`;
    }
    case 'no-address':
      return `${name}: the directory has no mail address; use --link and hand it over`;
    case 'invited':
      return link ? `${name} has until ${new Date(came.expiresAt).toISOString()}:\n${came.link}` : null;
    default:
      return null;
  }
}

/** Of a link that went by mail nobody but its receiver is told. */
function present(came: Invited, link: boolean): object {
  if (came.outcome === 'barred') return { outcome: came.outcome, reason: came.verdict.reason, detail: came.verdict.detail };
  if (came.outcome !== 'invited' || link) return came;
  const { link: _link, ...told } = came;
  return told;
}

function summary(counts: Counts, dryRun: boolean): string {
  const head = dryRun ? `Dry run, nothing was sent. Would be invited: ${counts['would-be-invited']}` : `Invited: ${counts.invited}`;
  const rest = `set up already: ${counts['set-up-already']}, invited already: ${counts['invited-already']}`;
  return `${head}; ${rest}, could not be: ${counts.barred + counts['no-address'] + counts.problem}.`;
}
