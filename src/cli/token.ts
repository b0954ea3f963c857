import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { shellWord } from '../../shared/fix-text.ts';
import { isForPeople, TOKEN_PERMISSIONS, type TokenPermission } from '../../shared/permissions.ts';
import type { Actor } from '../core/audit/events.ts';
import type { Configuration } from '../core/configuration/document.ts';
import { createConfigurationReader } from '../core/configuration/read-configuration.ts';
import { describeTime } from '../core/health/describe-time.ts';
import type { ApiToken } from '../core/tokens/api-token.ts';
import { makeToken } from '../core/tokens/make-token.ts';
import { listTokens, revokeToken } from '../core/tokens/revoke-token.ts';
import type { CommandContext } from './command-context.ts';
import { completeCommand } from './complete-command.ts';
import { withExamples } from './examples.ts';
import type { Runtime } from './runtime.ts';
import { withRuntime } from './with-runtime.ts';

const OPERATOR: Actor = { kind: 'operator', client: 'cli' };
const USUAL_DAYS = 90;

interface CreateOptions {
  name: string;
  scope: TokenPermission[];
  expires: number;
  everybody?: boolean;
  inDirectory?: string[];
  inPlace?: string[];
  inGroup?: string[];
}

/** `keyturn token`: tokens by which programs ask over the API. */
export function addTokenCommand(program: Command, context: CommandContext): void {
  const token = program
    .command('token')
    .summary('let programs see what they need over the API')
    .description(
      'Let programs see what they need over the API. A token is told once, is good for a time, and changes nothing for anybody.',
    );
  addCreate(token, context);
  addList(token, context);
  addRevoke(token, context);
}

function addCreate(token: Command, context: CommandContext): void {
  const create = token
    .command('create')
    .requiredOption('--name <name>', 'for whom it is, such as the program (required); in the list and in the audit log')
    .addOption(new Option('--scope <scopes...>', 'what it may (required)').choices([...TOKEN_PERMISSIONS]).makeOptionMandatory())
    .option('--expires <days>', 'for how many days it is good, such as 90d', wholeDays, USUAL_DAYS)
    .option('--everybody', 'with see-people: it may see everybody in all directories')
    .option('--in-directory <ids...>', 'with see-people: whom it may see, by directory')
    .option('--in-place <places...>', 'the same by place (DN)')
    .option('--in-group <groups...>', 'the same by group')
    .description('Make a token and print it. It is told once: a digest of it is kept. Of several conditions for people all must be met.')
    .action((options: CreateOptions) =>
      withStore(context, async (runtime, author) => {
        const { name, scope: may, expires: days } = options;
        const over = scopeOf(options);
        const { text, token: made } = await makeToken(
          runtime,
          { name, may, days, ...(over === undefined ? {} : { over }) },
          { actor: OPERATOR, author },
        );
        await context.print(text);
        await context.print(`  Good until ${describeTime(made.expiresAt)}. It is not shown again. Revoke it when it is not needed:`);
        await context.print(`    ${completeCommand(`keyturn token revoke ${shellWord(name)}`, context.settingsFile())}`);
      }),
    );
  withExamples(create, [
    { command: 'keyturn token create --name siem --scope view-history --expires 90d', does: 'lets a program read the history for 90 days' },
    {
      command: 'keyturn token create --name intranet --scope see-people --in-directory corp --expires 365d',
      does: 'lets a program find people of one directory',
    },
  ]);
}

function addList(token: Command, context: CommandContext): void {
  const list = token
    .command('list')
    .option('--json', 'print it as JSON')
    .description('List the tokens that are not revoked: what each may, who made it, until when it is good and when it was used last.')
    .action((options: { json?: boolean }) =>
      withStore(context, async (runtime) => {
        const tokens = await listTokens(runtime);
        if (options.json === true) return context.print(JSON.stringify(tokens.map(present), null, 2));
        if (tokens.length === 0) return context.print('There are none.');
        for (const each of tokens) await context.print(describe(each, runtime.clock.now()));
      }),
    );
  withExamples(list, [{ command: 'keyturn token list', does: 'lists them' }]);
}

function addRevoke(token: Command, context: CommandContext): void {
  const revoke = token
    .command('revoke')
    .argument('<name>', 'name of the token')
    .description('Revoke a token. It is worth nothing on any node from then on.')
    .action((name: string) =>
      withStore(context, async (runtime, author) => {
        const found = (await listTokens(runtime)).find((each) => each.name === name);
        if (found === undefined) throw new AppError('token.unknown', { name });
        await revokeToken(runtime, found.id, { actor: OPERATOR, author });
        await context.print(`Revoked: ${name}.`);
      }),
    );
  withExamples(revoke, [{ command: 'keyturn token revoke siem', does: 'ends it at once' }]);
}

/** Whom it may see; undefined: nothing was said. */
function scopeOf({ everybody, inDirectory: directories, inPlace: places, inGroup: groups }: CreateOptions): ApiToken['over'] {
  const over = {
    ...(directories === undefined ? {} : { directories }),
    ...(places === undefined ? {} : { places }),
    ...(groups === undefined ? {} : { groups }),
  };
  if (Object.keys(over).length > 0 && everybody === true) throw new AppError('token.refused', { reason: 'everybody, or some: not both' });
  return Object.keys(over).length > 0 || everybody === true ? over : undefined;
}

/** One token in a line. */
function describe({ name, may, over, author, createdAt, expiresAt, lastUsedAt }: ApiToken, now: number): string {
  const until = expiresAt <= now ? `PAST ITS END since ${describeTime(expiresAt)}` : `until ${describeTime(expiresAt)}`;
  const used = lastUsedAt === null ? 'never used' : `used ${describeTime(lastUsedAt)}`;
  const whom = may.some(isForPeople) ? ` over ${describeScope(over)}` : '';
  return `${name}: ${may.join(', ')}${whom}; ${until}; ${used}; made ${describeTime(createdAt)} by ${author}`;
}

function describeScope({ directories, places, groups }: NonNullable<ApiToken['over']> = {}): string {
  const parts = [
    ...(directories === undefined ? [] : [`directory ${directories.join(' or ')}`]),
    ...(places === undefined ? [] : [`place ${places.join(' or ')}`]),
    ...(groups === undefined ? [] : [`group ${groups.join(' or ')}`]),
  ];
  return parts.length === 0 ? 'everybody' : parts.join(' and ');
}

function present({ id, name, may, over, author, createdAt, expiresAt, lastUsedAt }: ApiToken) {
  const time = (at: number) => new Date(at).toISOString();
  const times = { createdAt: time(createdAt), expiresAt: time(expiresAt), lastUsedAt: lastUsedAt === null ? null : time(lastUsedAt) };
  return { id, name, may, over: over ?? null, author, ...times };
}

type WithConfiguration = Omit<Runtime, 'configuration'> & { configuration: () => Configuration };

async function withStore(context: CommandContext, work: (runtime: WithConfiguration, author: string) => Promise<void>) {
  const author = context.environment.SUDO_USER ?? context.environment.USER ?? 'command line';
  await withRuntime(context, context.settings().settings, { only: 'store' }, async (runtime) => {
    const { configuration } = await createConfigurationReader(runtime.store).read();
    await work({ ...runtime, configuration: () => configuration }, author);
  });
}

function wholeDays(text: string): number {
  const days = /^(\d{1,4})d?$/.exec(text)?.[1];
  if (days === undefined || Number(days) < 1) throw new InvalidArgumentError('Give whole days, such as 90d.');
  return Number(days);
}
