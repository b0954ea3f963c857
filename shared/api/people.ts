import { z } from 'zod';
import { ENROLLED_FILTERS, LONGEST_PLACE, MOST_EXPIRING_DAYS, PEOPLE_FILTERS } from '../people-filters.ts';
import { PERSON_PERMISSIONS } from '../permissions.ts';
import { shownThreatSchema } from './admin.ts';
import { factorKindSchema } from './journeys.ts';

/** What `/api/v1/helpdesk/people` speaks: people as the directories have them now, for agents. Times are RFC 3339 in UTC. */

const time = z.iso.datetime();

/** Where people can be looked for, and what each directory can be filtered by. */
export const peopleDirectoriesSchema = z.object({
  directories: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      filters: z.array(z.enum(PEOPLE_FILTERS)),
      /** People can be looked for below one place. */
      places: z.boolean(),
      /** The agent may have people there reminded (`/helpdesk/reminders`). */
      reminds: z.boolean(),
    }),
  ),
  /** null: none is raised. */
  threat: shownThreatSchema.nullable(),
});
export type PeopleDirectories = z.infer<typeof peopleDirectoriesSchema>;

export const findPeopleQuerySchema = z.strictObject({
  directory: z.string().min(1).max(64),
  text: z.string().max(100).default(''),
  filter: z.enum(PEOPLE_FILTERS).optional(),
  /** With filter `expiring`: within how many days the password ends; 14 unless told. */
  days: z.coerce.number().int().min(1).max(MOST_EXPIRING_DAYS).optional(),
  enrolled: z.enum(ENROLLED_FILTERS).optional(),
  /** DN of a container: who is in it, or below it. */
  place: z.string().min(1).max(LONGEST_PLACE).optional(),
  /** `cursor` of the page before, of the same search. */
  cursor: z.string().max(128).optional(),
});
export type FindPeopleQuery = z.input<typeof findPeopleQuerySchema>;

export const foundPersonSchema = z.object({
  directory: z.string(),
  id: z.string(),
  login: z.string(),
  displayName: z.string(),
  mail: z.string().nullable(),
  location: z.string(),
});
export type FoundPersonRow = z.infer<typeof foundPersonSchema>;
export const foundPeopleSchema = z.object({
  /** Can be none while there is a cursor: so many were looked at that are not in the state that was asked for. */
  people: z.array(foundPersonSchema),
  cursor: z.string().nullable(),
  /** Of some people of the directory, whoever was looked for, it does not tell whether they are in the state: they are not in the list. */
  untold: z.boolean(),
});
export type FoundPeopleAnswer = z.infer<typeof foundPeopleSchema>;

/**
 * Something that an agent should look at twice before acting. `contact-not-known`: so much happened to what proves the person that it was
 * not looked through whether a mailbox or number took the place of another one. Of a mailbox or number of the directory nothing is said by
 * these, ever: `factors.createdAt` is null.
 */
export const RISKS = [
  'new-proof',
  'changed-contact',
  'contact-not-known',
  'frozen',
  'many-failures',
  'suspended',
  'linked-held-up',
] as const;

/** null wherever it stands: not known, which is never "no". */
export const seenPersonSchema = z.object({
  account: foundPersonSchema.extend({ directoryLabel: z.string(), principalName: z.string().nullable() }),
  protected: z.boolean(),
  lock: z.object({
    locked: z.boolean().nullable(),
    until: time.nullable(),
    badAttempts: z.int().nullable(),
    lastBadAttemptAt: time.nullable(),
  }),
  state: z.object({ disabled: z.boolean().nullable(), accountExpired: z.boolean().nullable() }),
  password: z.object({
    setAt: time.nullable(),
    expiresAt: time.nullable(),
    /** null: it is not known when it ends, or whether. */
    expired: z.boolean().nullable(),
    mustChange: z.boolean(),
    changeableAt: time.nullable(),
    policy: z.string().nullable(),
  }),
  /** Addresses and numbers are masked: whoever reads them out to a caller gives nothing away. */
  factors: z.array(
    z.object({
      kind: factorKindSchema,
      label: z.string(),
      /** null: the directory has it, and tells nobody since when. */
      createdAt: time.nullable(),
      lastUsedAt: time.nullable(),
      countsFrom: time.nullable(),
    }),
  ),
  linked: z.array(z.object({ directory: z.string(), login: z.string().nullable() })),
  risks: z.array(z.enum(RISKS)),
  /** In words, in the language of the request; nobody else is named by them than who acted. */
  events: z.array(z.object({ at: time, type: z.string(), sentence: z.string(), by: z.string().optional(), login: z.string().optional() })),
  may: z.array(z.enum(PERSON_PERMISSIONS)),
  /** Of these only in a case. */
  inCase: z.array(z.enum(PERSON_PERMISSIONS)),
  /** What a second agent has to approve, whoever does it. */
  withSecond: z.array(z.enum(PERSON_PERMISSIONS)),
  /** The agent may have them reminded to set up what proves them (`/helpdesk/reminders`). */
  reminds: z.boolean(),
  /** Why the others may not be done. */
  mayNot: z.array(z.object({ action: z.enum(PERSON_PERMISSIONS), because: z.string() })),
});
export type SeenPerson = z.infer<typeof seenPersonSchema>;
