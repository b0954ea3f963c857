/**
 * By how much the clocks of two nodes may differ while what one of them has written counts at the other as written now; milliseconds. With
 * more the doctor fails: a code of an authenticator is shown for thirty seconds, and those of people who are in time are refused then anyway.
 */
export const CLOCKS_MAY_DIFFER = 20_000;
