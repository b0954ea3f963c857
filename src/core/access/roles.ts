import type { OtherWay, Permission, ResetWay } from '../../../shared/permissions.ts';

/** One role, as the configuration has it. */
export interface Role {
  readonly name: string;
  readonly may: readonly Permission[];
  /** Any of these ways is enough. */
  readonly heldBy: {
    readonly directories?: readonly string[] | undefined;
    readonly groups?: readonly string[] | undefined;
    readonly accounts?: readonly string[] | undefined;
    readonly directManager: boolean;
  };
  /** Its holders may act for callers whom nobody has verified: each time with a reason, and with an alarm. */
  readonly unverified?: boolean | undefined;
  /** How its holders may have callers verified, besides by the callers' own devices. */
  readonly otherWays?: readonly OtherWay[] | undefined;
  /** How its holders have a password set in a case; by a link alone when absent. */
  readonly resetBy?: readonly ResetWay[] | undefined;
  /** All that is given must be met; over everybody when absent, which the configuration takes from direct managers alone. */
  readonly over?:
    | {
        readonly directories?: readonly string[] | undefined;
        readonly places?: readonly string[] | undefined;
        readonly groups?: readonly string[] | undefined;
      }
    | undefined;
}
