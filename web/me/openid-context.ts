import { createContext } from 'react';

/** Where people may also sign in, as they read it; null: nowhere else. */
export const OpenIdContext = createContext<string | null>(null);
