import type { FastifyError } from 'fastify';
import type { FactorKind, Problem } from '../../shared/api/journeys.ts';
import { AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import type { Texts } from '../core/ports/platform.ts';

/** Fastify's own refusals in our words. Anything that is not here is unexpected. */
const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.not-json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request.malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request.malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request.malformed',
  FST_ERR_VALIDATION: 'request.malformed',
  FST_ERR_BAD_URL: 'request.malformed',
};

/** Makes an `AppError` of whatever was thrown; what is not ours becomes `internal.unexpected` with the rest as cause. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const fastifyError = error as Partial<FastifyError>;
  const known = FASTIFY_CODES[fastifyError.code ?? ''];
  if (known !== undefined) return new AppError(known, {}, { cause: error });
  if (fastifyError.statusCode === 400) return new AppError('request.malformed', {}, { cause: error });
  return new AppError('internal.unexpected', {}, { cause: error });
}

/**
 * What a caller who has not signed in may be told (RFC 9457): codes for operators become one of two general ones, and
 * details never leave, except the wait that who is too quick is asked for.
 */
export function problemOf(error: AppError, texts: Texts, language: string, requestId: string): Problem {
  const entry = ERRORS[error.code];
  const code: ErrorCode =
    entry.audience === 'anyone' ? error.code : error.code.startsWith('directory.') ? 'directory.unavailable' : 'internal.unexpected';
  const retryAfter = error.details.retryAfter;
  return {
    type: `urn:keyturn:problem:${code}`,
    title: texts.translate(language, `errors.${code}`),
    status: ERRORS[code].status,
    code,
    instance: `urn:keyturn:request:${requestId}`,
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
    ...(isForProof(code) && Array.isArray(error.details.anyOf)
      ? { anyOf: error.details.anyOf.map((kinds) => String(kinds).split('+') as FactorKind[]) }
      : {}),
    ...(code === 'request.malformed' ? fieldErrors(error) : {}),
    ...(code === 'enrolment.answers-refused' ? answerErrors(error) : {}),
  };
}

/** Whether a refusal says by which proofs somebody who is signed in would go on. */
const isForProof = (code: ErrorCode) => code === 'session.step-up-needed' || code === 'people.searched-too-often';

/** Where a body does not fit. Names of fields only: what was sent is never sent back. */
function fieldErrors(error: AppError): Pick<Problem, 'errors'> {
  const validation = (error.cause as Partial<FastifyError> | undefined)?.validation;
  if (validation === undefined) return {};
  return {
    errors: validation.map((issue) => ({ path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'), message: issue.keyword })),
  };
}

/** What is wrong with which answer: its question, and why in one word. Never the answer. */
function answerErrors({ details }: AppError): Pick<Problem, 'errors'> {
  const lines = Array.isArray(details.problems) ? details.problems.map(String) : [];
  return {
    errors: lines.map((line) => {
      const [path = '', message = ''] = line.split(': ');
      return { path, message };
    }),
  };
}
