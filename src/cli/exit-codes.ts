/** What the exit code of every command means. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export const EXIT_MEANINGS: readonly { code: number; meaning: string }[] = [
  { code: EXIT.ok, meaning: 'It worked, and nothing is wrong. Warnings do not change it.' },
  { code: EXIT.failed, meaning: 'It did not work, or what was checked is not in order. Standard error (or the report) says why.' },
  { code: EXIT.usage, meaning: 'The command line was not understood: unknown command or option, missing or malformed argument.' },
];
