/** Channel of PostgreSQL (NOTIFY) on which appending to the audit log is told to other nodes; one for each database. */
export const APPENDS_CHANNEL = 'keyturn_appends';

/** Who wants to hear that events were appended. */
export interface Appends {
  hear(listener: () => void): () => void;
  /** This process has appended. */
  note(): void;
  close(): Promise<void>;
}

/** What this process appends is told at once; what others do, by `others` while anybody listens. @param others absent: there are none, or nobody tells */
export function createAppends(others?: (told: () => void) => { end(): Promise<void> }): Appends {
  const listeners = new Set<() => void>();
  const note = () => {
    for (const listener of listeners) listener();
  };
  let connection: ReturnType<NonNullable<typeof others>> | null = null;
  return {
    note,
    hear(listener) {
      listeners.add(listener);
      connection ??= others?.(note) ?? null;
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      await connection?.end();
    },
  };
}
