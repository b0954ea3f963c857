/** Everything that a role can allow somebody to do for somebody else. What is not in the list nobody may. */
export const PERMISSIONS = ['reset-password', 'unlock-account'] as const;

export type Permission = (typeof PERMISSIONS)[number];
