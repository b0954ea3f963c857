import { Agent, request } from 'node:http';

/** One connection pool to the server under test, as a reverse proxy in front of it would keep one. */
export interface HttpClient {
  /**
   * @returns the body of a good answer
   * @throws Error with status and body of any other
   */
  call<T>(method: 'GET' | 'POST', path: string, options?: { readonly token?: string; readonly body?: unknown }): Promise<T>;
  close(): void;
}

/** node:http rather than fetch: the client shares the machine with what it measures, and costs a third. */
export function createHttpClient(url: string): HttpClient {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);
  return {
    call: (method, path, { token, body } = {}) =>
      new Promise((resolve, reject) => {
        const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
        const headers = {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
        };
        const outgoing = request({ agent, hostname, port, method, path: `/api/v1${path}`, headers }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`));
          });
        });
        outgoing.on('error', reject);
        outgoing.end(payload ?? undefined);
      }),
    close: () => agent.destroy(),
  };
}
