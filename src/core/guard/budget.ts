/** What one account may be the target of within a window. The same rule for messages that are sent and for wrong proofs that are judged. */
export interface BudgetLimits {
  /** From one place (a network, or a device that is known) to anybody. */
  place: number;
  /** From one place, for those who have done work. */
  placeWithWork: number;
  /** From all places together that the owner never used. */
  strangers: number;
  /** The same, for those who have done work. */
  strangersWithWork: number;
}

/** How much was granted before. */
export interface Spent {
  place: number;
  strangers: number;
}

/** Who asks. */
export interface Standing {
  /** Has solved a proof of work in this journey. */
  hasWorked: boolean;
  /** Comes from a network or a device from which the owner succeeded before. */
  isKnown: boolean;
}

/**
 * Whether one more is granted. A place has its own share, so that nobody uses up another one's. What strangers use up together
 * never touches a known place: however many attack, the owner is not kept out of where they are at home.
 */
export function grants(limits: BudgetLimits, spent: Spent, { hasWorked, isKnown }: Standing): boolean {
  const here = spent.place < (hasWorked ? limits.placeWithWork : limits.place);
  return here && (isKnown || spent.strangers < (hasWorked ? limits.strangersWithWork : limits.strangers));
}

/** Whether so much was used up that the owner should hear of it: a place, or strangers together, have come to what is free. */
export function isAttack(limits: BudgetLimits, spent: Spent): boolean {
  return spent.place >= limits.place || spent.strangers >= limits.strangers;
}

/**
 * How hard the work is that a name's pressure asks for: 0 none, then 1 and doubling with every doubling of the pressure. Ratios
 * are counts, this request included, over what is free.
 */
export function workFactor(ratios: readonly number[], hardest: number): number {
  const highest = Math.max(0, ...ratios);
  if (highest <= 1) return 0;
  return Math.min(hardest, 2 ** Math.floor(Math.log2(highest)));
}
