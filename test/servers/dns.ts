import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';

/** A service of the DNS: where it is, the lowest priority first (RFC 2782). */
export interface ServiceRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

const SRV = 33;

/**
 * A name server on loopback that knows services and nothing else (RFC 1035, RFC 2782); what it does not know, there is not. The
 * directories of the tests run without a DNS of their own.
 */
export async function startDns(services: Readonly<Record<string, readonly ServiceRecord[]>>) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const { name, end } = readName(query);
    asked.push(name);
    const records = query.readUInt16BE(end) === SRV ? (services[name.toLowerCase()] ?? null) : null;
    socket.send(answer(query, end + 4, records), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    /** Names that were asked for. */
    asked,
    /** On 127.0.0.1, over UDP. */
    port: socket.address().port,
    resolveSrv: (name: string) => resolver.resolveSrv(name),
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function answer(query: Buffer, questionEnd: number, records: readonly ServiceRecord[] | null): Buffer {
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // Response, recursion desired and available; NXDOMAIN where there is no such name.
  header.writeUInt16BE(records === null ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records?.length ?? 0, 6);
  const answers = (records ?? []).map(({ priority, weight, port, target }) => {
    const data = Buffer.concat([Buffer.alloc(6), encodeName(target)]);
    data.writeUInt16BE(priority, 0);
    data.writeUInt16BE(weight, 2);
    data.writeUInt16BE(port, 4);
    // The name is the one of the question (RFC 1035 section 4.1.4), class IN, a minute to live.
    const head = Buffer.alloc(12);
    head.writeUInt16BE(0xc00c, 0);
    head.writeUInt16BE(SRV, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(60, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([header, query.subarray(12, questionEnd), ...answers]);
}
