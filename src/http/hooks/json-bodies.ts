import type { FastifyInstance } from 'fastify';
import { AppError } from '../../../shared/errors.ts';

/**
 * JSON is the one language of this API, in UTF-8 and as it is (RFC 8259 8.1): a byte that is none of UTF-8 would become another
 * sign, and a password that nobody can type would be set.
 * @throws AppError `request.encoding-refused` for another charset or a compressed body, `request.malformed` for what is no UTF-8
 */
export function registerJsonBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers['content-type'] ?? '')?.[1];
    const coding = request.headers['content-encoding']?.trim() ?? '';
    const refused = (charset !== undefined && !/^utf-?8$/i.test(charset)) || !/^(identity)?$/i.test(coding);
    done(refused ? new AppError('request.encoding-refused') : undefined);
  });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer);
    } catch (cause) {
      return done(new AppError('request.malformed', {}, { cause }));
    }
    void parse(request, text, done);
  });
}
