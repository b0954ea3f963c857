/** What a sign-in at the provider is bound to. All of it is made anew for each. */
export interface ProviderRequest {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636), 43 characters. */
  readonly verifier: string;
  /** Where the browser comes back to. */
  readonly redirectUri: string;
  /** The provider asks once more, whoever is signed in there. */
  readonly again: boolean;
}

/** What the provider says of who signed in, once it is known that the provider says it, to us, and in answer to this request. */
export interface ProviderClaims {
  readonly subject: string;
  /** The session at the provider; null: it names none. */
  readonly session: string | null;
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** The claim that names the account; null: absent, or no text. */
  readonly name: string | null;
}

/** Whom a logout of the provider is about. At least one of the two is there. */
export interface ProviderLogout {
  readonly subject: string | null;
  readonly session: string | null;
  /** Names this token among all that were ever sent. */
  readonly tokenId: string;
  /** How long it can be given again at most, from now; milliseconds. */
  readonly validFor: number;
}

/** How the provider is. */
export interface ProviderHealth {
  /** Keys with which it may sign. */
  readonly keys: number;
  /** Its time when it answered, to the second; milliseconds since 1970. null: it does not tell. */
  readonly date: number | null;
}

/** Another server that says who people are (OpenID Connect Core 1.0). */
export interface OpenIdProvider {
  /** Where the browser is sent. @throws AppError `openid.unavailable` */
  begin(asked: ProviderRequest): Promise<string>;
  /**
   * Takes the answer up that came back by the browser: state, issuer, signature, audience, nonce, times and age are checked.
   * @param answer parameters of the answer, as a query
   * @throws AppError `openid.unavailable`, `openid.refused`
   */
  finish(asked: ProviderRequest, answer: string): Promise<ProviderClaims>;
  /** Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). @throws AppError `openid.unavailable`, `openid.refused` */
  loggedOut(token: string): Promise<ProviderLogout>;
  /** Reads its documents and its keys anew. @throws AppError `openid.unavailable`, `configuration.secret-missing` */
  health(): Promise<ProviderHealth>;
}
