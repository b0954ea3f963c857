/** What the service account needs to be able to do. */
export type DirectoryVerb = 'read' | 'reset-password' | 'unlock-account' | 'require-change' | 'read-policy';

/** What the directory itself grants the service account on a sample of people. Found out without changing anything. */
export type DirectoryRight =
  | { verb: DirectoryVerb; ok: true; problem: null; fix: null }
  | {
      verb: DirectoryVerb;
      /** null: cannot be told without writing. */
      ok: boolean | null;
      /** What is missing or why it cannot be told; with `ok: true`, what is wrong for a part of the people. */
      problem: string;
      /** For the operator, as `shared/fix-text.ts` has it: with the command or the access rule where there is one. */
      fix: string;
    };

export interface HealthOptions {
  /** Also look at what the service account may do. Takes a few more requests, so it is for a check on demand, not for a monitor. */
  rights?: boolean;
}

/** Something of the directory that the configuration names, looked up there: a place, a protected group. */
export interface ConfiguredName {
  /** Where it stands in the section: `protected.groups[0]`. */
  setting: string;
  value: string;
  /** False: it is not there or not shown. While one is missing that decides who is protected, everybody is. */
  ok: boolean;
  /** What was found, or why it was not: "found, 3 members". */
  text: string;
  /** What to do when it is not `ok`. */
  fix: string | null;
}

/** Something a directory says about itself. */
export interface DirectoryNote {
  text: string;
  /** null: a fact, nothing has to be done about it. */
  fix: string | null;
}

export interface DirectoryHealth {
  servers: {
    url: string;
    ok: boolean;
    skippedUntil: number | null;
    /** Milliseconds. */
    latency: number | null;
    /** Milliseconds since 1970 until which the certificate of the server is valid; null: not known. */
    certificateEnds: number | null;
    problem: string | null;
    fix: string | null;
  }[];
  serviceAccount: { ok: boolean; problem: string | null; fix: string | null };
  /** Milliseconds the directory's clock is ahead of ours; null: not told. */
  clockSkew: number | null;
  /** Worth a line: "history is not enforced on reset: the server does not offer policy hints". */
  notes: DirectoryNote[];
  /** What the configuration names, when rights were asked for and the service account is let in, else empty. */
  configured: ConfiguredName[];
  /** One of each verb when asked for and the service account is let in, else empty. */
  rights: DirectoryRight[];
  /** Sentences on what the service account may do beyond its task: "is a member of Domain Admins". */
  tooMuch: string[];
}
