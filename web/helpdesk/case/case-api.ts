import type { Case, CaseApproval } from '../../../shared/api/cases.ts';
import type { HelpGiven } from '../../../shared/api/help.ts';
import type { PersonPermission } from '../../../shared/permissions.ts';
import { call } from '../../api.ts';

export interface AskedCase {
  account: { directory: string; id: string };
  action: PersonPermission;
  reason?: string;
  ticket?: string;
  replace?: boolean;
}

/** What an agent asks for about people who call. */
export const caseApi = {
  open: (asked: AskedCase) => call<{ case: Case }>('POST', '/helpdesk/cases', asked),
  list: () => call<{ cases: Case[] }>('GET', '/helpdesk/cases'),
  see: (id: string, signal?: AbortSignal) => call<{ case: Case }>('GET', casePath(id), undefined, signal),
  act: (id: string, unverified: boolean) => call<HelpGiven>('POST', `${casePath(id)}/act`, { unverified }),
  approvals: (signal?: AbortSignal) =>
    call<{ approvals: CaseApproval[]; incomplete: boolean }>('GET', '/helpdesk/approvals', undefined, signal),
  decide: (id: string, decision: { approve: boolean; reason?: string }) =>
    call<undefined>('POST', `/helpdesk/approvals/${encodeURIComponent(id)}`, decision),
  close: (id: string) => call<undefined>('DELETE', casePath(id)),
};

const casePath = (id: string) => `/helpdesk/cases/${encodeURIComponent(id)}`;
