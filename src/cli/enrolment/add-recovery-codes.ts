import type { Configuration } from '../../core/configuration/document.ts';
import { issueRecoveryCodes } from '../../core/enrolment/recovery-codes.ts';
import { everyProofOf } from '../../core/people/linked-proofs.ts';
import { vouchedProof } from '../../core/vouching/vouched-proof.ts';
import type { CommandContext } from '../command-context.ts';
import type { FoundAccount } from '../find-account.ts';
import type { Runtime } from '../runtime.ts';
import { changedBy } from './changed-by.ts';
import { describeCombinations } from './describe-combinations.ts';

/** Gives a person ten new recovery codes and prints them, once; those from before are ended. */
export async function addRecoveryCodes(
  context: CommandContext,
  runtime: Runtime,
  configuration: Configuration,
  found: FoundAccount,
  { reason, json }: { reason?: string; json?: boolean },
): Promise<void> {
  const { account, directory } = found;
  const ref = { directory: account.directory, id: account.id };
  const codes = await issueRecoveryCodes(runtime, ref, 'operator', changedBy(context, configuration, reason));
  if (json === true)
    return context.print(JSON.stringify({ account: account.login, directory: account.directory, kind: 'recovery-code', codes }, null, 2));
  await context.print(
    `Ten recovery codes of ${account.login} (${directory.label}). Each works once; earlier ones are ended. They are not shown again.`,
  );
  for (const code of codes) await context.print(`  ${code}`);
  for (const line of await describeCombinations(configuration, found, [
    ...(await everyProofOf(runtime, account)),
    ...(await vouchedProof(runtime, configuration, directory, account)),
  ]))
    await context.print(line);
}
