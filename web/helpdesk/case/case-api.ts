import type { Case, CaseApproval, ResetChoice, TYPED_KINDS } from '../../../shared/api/cases.ts';
import type { HelpGiven } from '../../../shared/api/help.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import type { RemovableKind } from '../../../shared/removable-kinds.ts';
import { call, type Outcome } from '../../api.ts';

export interface AskedCase {
  account: { directory: string; id: string };
  action: PersonPermission;
  reason?: string;
  ticket?: string;
  /** What of the person is to be removed. */
  kinds?: RemovableKind[];
  replace?: boolean;
}

export type TypedKind = (typeof TYPED_KINDS)[number];

/** What a caller said: a code, or an answer to each question. */
export type CallerSaid = { code: string } | { answers: string[] };

/** What an agent asks for about people who call. */
export const caseApi = {
  open: (asked: AskedCase) => call<{ case: Case }>('POST', '/helpdesk/cases', asked),
  list: () => call<{ cases: Case[] }>('GET', '/helpdesk/cases'),
  see: (id: string, signal?: AbortSignal) => call<{ case: Case }>('GET', casePath(id), undefined, signal),
  act: (id: string, unverified: boolean) => call<HelpGiven>('POST', `${casePath(id)}/act`, { unverified }),
  resetChoice: (id: string) => call<ResetChoice>('GET', `${casePath(id)}/reset`),
  sendPassword: (id: string, sendTo: string) => call<HelpGiven>('POST', `${casePath(id)}/act`, { sendTo }),
  /** Sends the link, and says how the case stands then. */
  sendLink: async (id: string, linkTo: string): Promise<Outcome<{ case: Case }>> => {
    const sent = await call<HelpGiven>('POST', `${casePath(id)}/act`, { linkTo });
    return sent.ok ? caseApi.see(id) : sent;
  },
  approvals: (signal?: AbortSignal) =>
    call<{ approvals: CaseApproval[]; incomplete: boolean }>('GET', '/helpdesk/approvals', undefined, signal),
  decide: (id: string, decision: { approve: boolean; reason?: string }) =>
    call<undefined>('POST', `/helpdesk/approvals/${encodeURIComponent(id)}`, decision),
  ask: (id: string, kind: TypedKind) => call<{ case: Case }>('POST', `${casePath(id)}/ask`, { kind }),
  sendPage: (id: string, over: 'email' | 'sms') => call<{ case: Case }>('POST', `${casePath(id)}/page`, { over }),
  answer: (id: string, said: CallerSaid) => call<{ case: Case }>('POST', `${casePath(id)}/answer`, said),
  vouch: (id: string) => call<{ case: Case }>('POST', `${casePath(id)}/vouch`, {}),
  close: (id: string) => call<undefined>('DELETE', casePath(id)),
};

const casePath = (id: string) => `/helpdesk/cases/${encodeURIComponent(id)}`;
