import type { ResetWay } from '../../shared/permissions.ts';
import {
  type Basis,
  DOES_WITHOUT,
  GROUPS,
  type Group,
  MAY,
  MINUTE,
  OF_THE_BOARD,
  RESETS_BY,
  type Seen,
  type World,
} from './any-calls-world.ts';

// What must come of a call, told from what was seen from outside and nothing else. null: so near a limit that it is not foretold.

export const groupOf = (agent: number) => GROUPS[agent] as Group;

export const isLink = ({ action }: Seen, way: ResetWay) => action === 'reset-password' && (way === 'link' || way === 'link-by-text');

/** What an act may rest on. */
export function basisOf(
  world: World,
  seen: Seen,
  agent: number,
  { unverified, way }: { unverified: boolean; way: ResetWay },
): Basis | 'nothing' | null {
  if (seen.agent !== agent || seen.isClosed) return 'nothing';
  if (seen.action === 'reset-password' && !RESETS_BY[groupOf(agent)].includes(way)) return 'nothing';
  // Nobody is released without word of why.
  if (seen.action === 'release-recovery' && !seen.hasReason) return 'nothing';
  const isGood = hasGoodReceipt(world, seen);
  if (isGood !== false) return isGood === null ? null : 'receipt';
  // A link takes a verified caller, whoever sends it.
  if (!unverified || groupOf(agent) !== DOES_WITHOUT || !seen.hasReason || isLink(seen, way)) return 'nothing';
  const isOver = world.isPast(seen.openedAt, 30 * MINUTE);
  return isOver === null ? null : isOver ? 'nothing' : 'unverified';
}

function hasGoodReceipt(world: World, { verifiedAt }: Seen): boolean | null {
  const isStale = verifiedAt === null ? true : world.isPast(verifiedAt, 10 * MINUTE);
  return isStale === null ? null : !isStale;
}

/** Whether an act needs no second agent, or one has approved it, for what it rests on. */
export function isApproved({ caller, approval }: Seen, basis: Basis | 'nothing'): boolean | null {
  if (caller !== OF_THE_BOARD) return true;
  if (approval?.state !== 'approved') return false;
  return approval.basis === null ? null : approval.basis === basis;
}

/** Whether an agent may approve what another one asked for, or refuse it. */
export function mayDecide(world: World, seen: Seen, agent: number): boolean | null {
  if (seen.agent === agent || seen.isClosed || seen.approval?.state !== 'waiting') return false;
  if (!MAY[groupOf(agent)].includes(seen.action)) return false;
  const isGood = hasGoodReceipt(world, seen);
  const { basis } = seen.approval;
  if (basis === null || isGood === null) return null;
  if (basis === 'receipt') return isGood;
  // Once the caller is verified the act rests on that.
  const isOver = world.isPast(seen.openedAt, 30 * MINUTE);
  return isOver === null ? null : !isOver && !isGood;
}
