/** Why a server did not let the service account in, as far as its kind of directory tells. */
export interface SignInProblem {
  /**
   * `secret`: name or password is wrong, and each further try may count towards a lock; `account`: the state of the account, which is
   * not ours to change; `server`: this one server could not check, others may.
   */
  readonly about: 'secret' | 'account' | 'server';
  readonly problem: string;
  /** One sentence for the operator. */
  readonly fix: string;
}
