import type { PhoneOffered, PhoneProgressAnswer } from '../../shared/api/on-phone.ts';
import { call, journeyPath, type OpenStep } from '../api.ts';

/** A recovery as it stands where it was handed over. */
export type HandedOver = Omit<OpenStep, 'expiresAt'>;

const phonePath = (journey: string, phone: string) => `${journeyPath(journey)}/phones/${encodeURIComponent(phone)}`;

/** What hands a running recovery over to a phone, and opens a link of the helpdesk or of the set-up. */
export const phoneApi = {
  offerHandOver: (journey: string) => call<PhoneOffered>('POST', `${journeyPath(journey)}/phones`, {}),
  handOverProgress: (journey: string, phone: string) => call<PhoneProgressAnswer>('GET', phonePath(journey, phone)),
  handOver: (journey: string, phone: string, digits: string) => call<HandedOver>('POST', phonePath(journey, phone), { digits }),
  openHelpdeskLink: (link: string, number: string) => call<OpenStep>('POST', '/helpdesk-link', { link, number }),
  openFirstReset: (link: string) => call<OpenStep>('POST', '/first-reset', { link }),
  openHandOver: (link: string) => call<OpenStep>('POST', '/hand-over', { link }),
};
