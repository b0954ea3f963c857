import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createScratchFolder, removeScratchFolder } from './scratch.ts';

/** What slapd was given to bind with. */
export interface SeenBind {
  readonly dn: string;
  readonly password: string;
}

/** Whoever runs a directory server: is told each password that the server is given, and lets the server go on. */
export interface BindWitness {
  readonly seen: SeenBind[];
  /** For `startSlapd`: slapo-sock (slapd-sock(5)) tells it. */
  readonly globalLines: readonly string[];
  readonly databaseLines: readonly string[];
  stop(): Promise<void>;
}

/** Starts the other end of an overlay that hands every bind to a program before the server judges it. */
export async function startBindWitness(): Promise<BindWitness> {
  const folder = await createScratchFolder('witness');
  const path = join(folder, 'sock');
  const seen: SeenBind[] = [];
  const answer = (socket: Socket): void => {
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (!text.endsWith('\n\n')) return;
      const of = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
      if (text.startsWith('BIND')) seen.push({ dn: of('dn'), password: of('cred') });
      socket.end('CONTINUE\n');
    });
    socket.on('error', () => socket.destroy());
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  return {
    seen,
    globalLines: ['moduleload back_sock.la'],
    // It asks of who is not bound yet the right to sign in.
    databaseLines: ['access to attrs=entry by anonymous auth by * break', 'overlay sock', `socketpath ${path}`, 'sockops bind'],
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await removeScratchFolder(folder);
    },
  };
}
