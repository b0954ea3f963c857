import type { PasswordCheck } from '../../shared/api/journeys.ts';
import type { Activity, ChangedPassword, Me } from '../../shared/api/me.ts';
import type { SignedIn } from '../../shared/api/session.ts';
import { call } from '../api.ts';

/** What somebody asks for who is signed in, or about to be. */
export const meApi = {
  session: () => call<{ session: SignedIn }>('GET', '/session'),
  openSession: (journey: string) => call<{ session: SignedIn }>('POST', '/session', { journey }),
  signOut: () => call<undefined>('DELETE', '/session'),
  sessions: () => call<{ sessions: SignedIn[] }>('GET', '/sessions'),
  endSession: (id: string) => call<undefined>('DELETE', `/sessions/${encodeURIComponent(id)}`),
  endAll: () => call<undefined>('DELETE', '/sessions'),
  me: () => call<Me>('GET', '/me'),
  activity: () => call<Activity>('GET', '/me/activity'),
  checkPassword: (password: string, signal: AbortSignal) => call<PasswordCheck>('POST', '/me/password-check', { password }, signal),
  changePassword: (current: string, password: string) => call<ChangedPassword>('POST', '/me/password', { current, password }),
};
