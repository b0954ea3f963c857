import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { authorityProblem } from '../core/configuration/authority-file.ts';
import type { SmsGateway } from '../core/configuration/sms-section.ts';
import type { SmsMessage } from '../core/ports/platform.ts';
import { judgeAnswer, judgeStatus, type SmsOutcome, type SmsProblem } from './sms-answer.ts';
import { fillText, smsBody } from './sms-body.ts';
import type { ResolveSecret } from './smtp-link.ts';

/** Answers are a few hundred bytes; more is none of ours to keep. */
const LARGEST_ANSWER = 64 * 1024;

/** What kept a call from being made. */
class CallProblem extends Error {
  readonly problem: SmsProblem;
  constructor(problem: SmsProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'CallProblem';
    this.problem = problem;
  }
}

/**
 * Hands one text to one gateway: one request on a connection of its own, whole within the time limit, no redirect followed, no more
 * read of the answer than 64 kB. Before the connection stands nothing can have been handed over; whatever fails afterwards leaves open
 * whether it was. Never rejects.
 */
export async function callGateway(gateway: SmsGateway, message: SmsMessage, resolveSecret: ResolveSecret): Promise<SmsOutcome> {
  const signal = AbortSignal.timeout(gateway.timeoutSeconds * 1000);
  let isConnected = false;
  try {
    const { headers, body, ca } = await prepare(gateway, message, resolveSecret);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = gateway.url.startsWith('https:') ? requestTls : requestPlain;
      // A connection that is kept may be closed while we write on it, and nobody could tell whether the text went over.
      const call = request(gateway.url, { method: gateway.method, headers, agent: false, signal, ...(ca === undefined ? {} : { ca }) });
      call.once('socket', (socket) => {
        socket.once(gateway.url.startsWith('https:') ? 'secureConnect' : 'connect', () => {
          isConnected = true;
        });
      });
      call.once('response', resolve);
      call.on('error', reject);
      call.end(body);
    });
    return await judge(answer, gateway, signal);
  } catch (error) {
    return { outcome: isConnected ? 'unknown' : 'failed', problem: signal.aborted ? 'timed-out' : problemOf(error, isConnected) };
  }
}

/** Connects and encrypts, sends nothing. Null: it went well. */
export async function tryGateway(gateway: SmsGateway, resolveSecret: ResolveSecret): Promise<SmsProblem | null> {
  const url = new URL(gateway.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  try {
    const { ca } = await prepare(gateway, { to: '+10', text: '', messageId: '0' }, resolveSecret);
    await new Promise<void>((resolve, reject) => {
      const socket = isTls
        ? connectTls({ host, port, servername: host, ...(ca === undefined ? {} : { ca }) })
        : connectPlain({ host, port });
      const timer = setTimeout(() => socket.destroy(new CallProblem('timed-out')), gateway.timeoutSeconds * 1000);
      socket.once('close', () => clearTimeout(timer));
      socket.once('error', reject);
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        socket.destroy();
        resolve();
      });
    });
    return null;
  } catch (error) {
    return problemOf(error, false);
  }
}

async function prepare(gateway: SmsGateway, message: SmsMessage, resolveSecret: ResolveSecret) {
  const secret = async (reference: string | undefined): Promise<string> => {
    if (reference === undefined) return '';
    try {
      return await resolveSecret(reference);
    } catch (cause) {
      throw new CallProblem('secret-missing', cause);
    }
  };
  const id = message.messageId;
  const { type, body } = smsBody(gateway, { number: message.to, text: message.text, id, key: await secret(gateway.key) });
  const headers: Record<string, string | number> = {
    'user-agent': 'keyturn',
    accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'accept-encoding': 'identity',
  };
  for (const { name, value, secret: reference } of gateway.headers)
    headers[name.toLowerCase()] = `${fillText(value, { id })}${await secret(reference)}`;
  if (gateway.user !== undefined) {
    const pair = `${gateway.user}:${await secret(gateway.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  return { headers, body, ca: await readAuthority(gateway.caFile) };
}

async function readAuthority(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const content = await readFile(file).catch((cause: unknown) => {
    throw new CallProblem('ca-file-unusable', cause);
  });
  if (authorityProblem(content) !== null) throw new CallProblem('ca-file-unusable');
  return content.toString('utf8');
}

async function judge(answer: IncomingMessage, gateway: SmsGateway, signal: AbortSignal): Promise<SmsOutcome> {
  const status = answer.statusCode ?? 0;
  const early = judgeStatus(status, gateway);
  if (early !== null) {
    answer.once('error', () => undefined);
    answer.destroy();
    return early;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LARGEST_ANSWER) return judgeAnswer(status, null, 'answer-too-large', gateway);
      chunks.push(chunk);
    }
  } catch {
    return judgeAnswer(status, null, signal.aborted ? 'timed-out' : 'connection-lost', gateway);
  }
  if (answer.headers['content-encoding'] !== undefined) return judgeAnswer(status, null, 'answer-unreadable', gateway);
  return judgeAnswer(status, Buffer.concat(chunks).toString('utf8'), 'answer-unreadable', gateway);
}

/** Nothing of what the library says is passed on: it may hold the address and the headers. */
function problemOf(error: unknown, isConnected: boolean): SmsProblem {
  if (error instanceof CallProblem) return error.problem;
  if (isConnected) return 'connection-lost';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name-unknown';
  if (code === 'ETIMEDOUT') return 'timed-out';
  return /CERT|SSL|TLS|SIGN|ISSUER|EPROTO/.test(code) ? 'tls-failed' : 'unreachable';
}
