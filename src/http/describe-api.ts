import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { caseSchema } from '../../shared/api/cases.ts';
import { problemSchema, stepSchema } from '../../shared/api/journeys.ts';
import { sessionSchema } from '../../shared/api/session.ts';
import { describeTokenRule } from './api-token.ts';

/**
 * Shapes that many calls have, by the names under which the document has them once. Written out in each call they made it 4.2 MB, which
 * this process wrote for whoever asked (decision 0111). The library takes names from this registry, as it takes descriptions.
 */
z.globalRegistry
  .add(problemSchema, { id: 'Problem' })
  .add(stepSchema, { id: 'Step' })
  .add(sessionSchema, { id: 'Session' })
  .add(caseSchema, { id: 'Case' });

/** Describes the routes that are registered after it; `app.swagger()` gives the OpenAPI document (OAS 3.1). */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Keyturn',
        version: '1',
        description: 'Recovery journey: one protocol for the portal, the Windows client and scripts.',
      },
      components: {
        securitySchemes: {
          journey: { type: 'http', scheme: 'bearer', description: 'Token of POST /journeys' },
          session: { type: 'http', scheme: 'bearer', description: 'Token of POST /session; a browser has a cookie instead' },
          token: { type: 'http', scheme: 'bearer', description: 'Token of a program, made by keyturn token create' },
        },
      },
    },
    transform: (route) => describeTokenRule(jsonSchemaTransform(route), route.route.config),
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
}

type Described = ReturnType<SwaggerTransformObject>;

/** The library names each shape twice, as what is sent and as what is answered; most are only one of them. */
function withoutUnused(document: Described): Described {
  if (!('openapi' in document)) return document;
  const all: Record<string, unknown> = document.components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all[name] ?? {});
    }
  };
  follow(document.paths);
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  return Object.assign(document, { components: { ...document.components, schemas } });
}
