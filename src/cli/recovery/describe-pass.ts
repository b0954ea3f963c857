import type { Configuration } from '../../core/configuration/document.ts';
import type { IssuedPass } from '../../core/enrolment/temporary-pass.ts';
import { describeTime } from '../../core/health/describe-time.ts';
import { everyProofOf } from '../../core/people/linked-proofs.ts';
import { vouchedProof } from '../../core/vouching/vouched-proof.ts';
import { describeCombinations } from '../enrolment/describe-combinations.ts';
import type { FoundAccount } from '../find-account.ts';
import type { Runtime } from '../runtime.ts';

/** A pass that was just issued, in lines, and what its owner can do with it. It is shown this once. */
export async function describePass(
  runtime: Runtime,
  configuration: Configuration,
  found: FoundAccount,
  { pass, endsAt, once }: IssuedPass & { once: boolean },
): Promise<string[]> {
  const { account, directory } = found;
  const use = once ? 'It works once' : 'It works again and again';
  const proofs = [...(await everyProofOf(runtime, account)), ...(await vouchedProof(runtime, configuration, directory, account))];
  return [
    `Temporary pass of ${account.login} (${directory.label}): ${pass}`,
    `  ${use}, until ${describeTime(endsAt)}. Earlier ones are ended. It is not shown again.`,
    ...(await describeCombinations(configuration, found, proofs)),
  ];
}
