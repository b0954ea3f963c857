/**
 * Header field that stands on every answer of Keyturn, whatever its status, and on nobody else's. Between a client and Keyturn
 * stand proxies, balancers and guest networks, which answer in its place when it does not, or before it did: such an answer tells
 * nothing of what became of the request.
 */
export const ANSWER_MARK = { name: 'keyturn-answer', value: '1' } as const;
