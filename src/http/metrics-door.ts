import { createHash, timingSafeEqual } from 'node:crypto';
import Fastify from 'fastify';

export interface MetricsDoor {
  /** Address of the metrics. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `GET /metrics` on a port of its own, so that no proxy for people leads to it by accident.
 * @param settings.token what a request must bring as `Authorization: Bearer`; null where only this machine can ask
 */
export async function openMetricsDoor(
  settings: { readonly host: string; readonly port: number; readonly token: string | null },
  render: () => Promise<{ contentType: string; text: string }>,
): Promise<MetricsDoor> {
  const app = Fastify({ logger: false, bodyLimit: 1024, forceCloseConnections: true });
  app.get('/metrics', async (request, reply) => {
    if (settings.token !== null && !bears(request.headers.authorization, settings.token)) {
      return reply.status(401).header('www-authenticate', 'Bearer').send();
    }
    const { contentType, text } = await render();
    return reply.header('content-type', contentType).header('cache-control', 'no-store').send(text);
  });
  const { host, port } = settings;
  const url = await app.listen({ host, port });
  return { url: `${url}/metrics`, close: () => app.close() };
}

/** Digests have one length, so the comparison tells nothing about that of the token. */
function bears(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}
