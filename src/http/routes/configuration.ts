import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  appliedConfigurationSchema,
  applyConfigurationRequestSchema,
  checkConfigurationRequestSchema,
  checkedConfigurationSchema,
  configurationSchema,
  configurationVersionParamsSchema,
  configurationVersionSchema,
  configurationVersionsSchema,
} from '../../../shared/api/configuration.ts';
import { problemSchema } from '../../../shared/api/journeys.ts';
import { AppError } from '../../../shared/errors.ts';
import { changeConfiguration, checkChange } from '../../core/administration/change-configuration.ts';
import { readVersion } from '../../core/administration/configuration-versions.ts';
import { configurationJsonSchema } from '../../core/configuration/configuration-json-schema.ts';
import { plainChanges } from '../../core/configuration/diff-configuration.ts';
import { configurationSchema as documentSchema } from '../../core/configuration/document.ts';
import { presentTime } from '../../core/journey/present-step.ts';
import type { ConfigurationRow } from '../../core/ports/store.ts';
import { forCaller, forViewer } from '../for-caller.ts';
import { forAnySession } from '../for-session.ts';
import type { HttpDeps } from '../http-deps.ts';

const problems = { '4xx': problemSchema, '5xx': problemSchema };
/** Versions in one list. */
const SHOWN = 200;
/** Of a document: lists of words and networks make it long. */
export const CONFIGURATION_LIMIT = 256 * 1024;

/** `/api/v1/admin/configuration`: the configuration in force, what another one would change, and putting it into force. */
export function configurationRoutes(deps: HttpDeps): FastifyPluginAsyncZod {
  // Made when somebody asks for it, and not by every start: it takes some 20 ms.
  let schema: ReturnType<typeof configurationJsonSchema> | null = null;
  const presentRow = ({ version, createdAt, author, comment }: Omit<ConfigurationRow, 'document'>) => ({
    ...{ version, at: presentTime(createdAt, 'down'), author, comment },
  });

  return async (app) => {
    app.get(
      '/admin/configuration',
      {
        config: { token: 'manage-configuration' },
        schema: { summary: 'The configuration in force', response: { 200: configurationSchema, ...problems } },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'manage-configuration', async ({ store }) => {
          const row = await store.configurations.current();
          if (row === null) throw new AppError('configuration.missing');
          const document: unknown = JSON.parse(row.document);
          const { data } = documentSchema.safeParse(document);
          const readOnly = data?.administration.readOnlyInBrowser ?? false;
          return { ...presentRow(row), document, inEffect: data ?? null, readOnly };
        }),
    );

    app.get(
      '/admin/configuration/schema',
      {
        config: { token: 'manage-configuration' },
        schema: { summary: 'JSON Schema of the configuration, with its texts', response: { 200: z.unknown(), ...problems } },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'manage-configuration', async () => {
          schema ??= configurationJsonSchema();
          return schema;
        }),
    );

    app.post(
      '/admin/configuration/check',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        config: { token: 'manage-configuration' },
        schema: {
          summary: 'What is wrong with a configuration, what it changes and what that asks for. Nothing is changed',
          body: checkConfigurationRequestSchema,
          response: { 200: checkedConfigurationSchema, ...problems },
        },
      },
      (request, reply) =>
        forCaller(
          deps,
          request,
          reply,
          async (acting, caller) => {
            const { document, base } = request.body;
            const managing = { ...acting, checkContext: deps.checkContext };
            const { configuration, changes, other, ...judged } = await checkChange(managing, caller, { document, base });
            return {
              ...{ ok: configuration !== null, changes: plainChanges(changes), keeps: judged.keeps, problems: [...judged.problems] },
              needs: { permissions: [...judged.needs.permissions], proof: judged.needs.proof },
              other:
                other === null
                  ? null
                  : { ...presentRow({ ...other, createdAt: other.at }), changes: [...other.changes], merged: other.merged },
            };
          },
          forAnySession,
        ),
    );

    app.put(
      '/admin/configuration',
      {
        bodyLimit: CONFIGURATION_LIMIT,
        config: { token: 'never' },
        schema: {
          summary: 'Put a configuration into force, unless it has errors or another one was quicker',
          body: applyConfigurationRequestSchema,
          response: { 200: appliedConfigurationSchema, ...problems },
        },
      },
      (request, reply) =>
        forAnySession(deps, request, reply, async (acting, session) => {
          const { document, base, comment } = request.body;
          const managing = { ...acting, checkContext: deps.checkContext };
          const { judged, applied } = await changeConfiguration(managing, session, { document, base, comment });
          if (applied?.changed === true) await deps.takeUpConfiguration();
          return {
            ...{ applied: applied?.changed === true, version: applied?.version ?? base },
            ...{ problems: [...judged.problems], changes: plainChanges(judged.changes) },
          };
        }),
    );

    app.get(
      '/admin/configuration/versions',
      {
        config: { token: 'manage-configuration' },
        schema: {
          summary: 'Versions of the configuration, newest first: who, when and why',
          response: { 200: configurationVersionsSchema, ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'manage-configuration', async ({ store }) => ({
          versions: (await store.configurations.list(SHOWN)).map(presentRow),
        })),
    );

    app.get(
      '/admin/configuration/versions/:version',
      {
        config: { token: 'manage-configuration' },
        schema: {
          summary: 'One version, and what it changed',
          params: configurationVersionParamsSchema,
          response: { 200: configurationVersionSchema, ...problems },
        },
      },
      (request, reply) =>
        forViewer(deps, request, reply, 'manage-configuration', async ({ store }) => {
          const { row, changes } = await readVersion(store, request.params.version);
          return { ...presentRow(row), document: JSON.parse(row.document) as unknown, changes };
        }),
    );
  };
}
