/** With so many recovery codes left, or fewer, their owner is told to make new ones. */
export const FEW_RECOVERY_CODES = 3;
