import type { RunningServer } from '../cli/runtime.ts';
import type { Settings } from '../config/settings.ts';
import { configurationSchema } from '../core/configuration/document.ts';
import { makeSetUpLink } from '../core/set-up/set-up.ts';
import { createSetUpApp } from '../http/set-up-app.ts';
import { createSchedule } from '../jobs/schedule.ts';
import type { Base } from './open-base.ts';
import { createSetUpTools } from './set-up-tools.ts';

/** Also put into force by another node, or on the console. Milliseconds. */
const LOOK_FOR_CONFIGURATION_EVERY = 2000;

/** Stands in until there is one: what pages and headers need to know, and nobody's directory. */
const BEFORE = configurationSchema.parse({
  version: 1,
  organisation: { publicUrl: 'http://localhost' },
  directories: [{ kind: 'embedded', id: 'none', label: 'None' }],
  mail: { kind: 'capture' },
});

/**
 * Runs the set-up of an installation that has no configuration, and goes on as `next` at the same address once there is one.
 * @param next starts a node over the base, which it owns from then on
 * @throws AppError `set-up.over` when there is one by now
 */
export async function runSetUp(
  base: Base,
  settings: Settings,
  pages: string | null,
  next: (settings: Settings) => Promise<RunningServer>,
): Promise<RunningServer> {
  const { store, log, clock } = base;
  const { secret } = await makeSetUpLink(base);
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<unknown>();
  let goingOn: Promise<void> | null = null;
  let node: RunningServer | null = null;
  const goOn = (): void => {
    goingOn ??= change().catch(giveUp);
  };
  const app = await createSetUpApp({
    ...base,
    pages,
    trustedProxies: settings.trustedProxies,
    configuration: () => BEFORE,
    tools: createSetUpTools(base, settings),
    onFinished: goOn,
    onResponse: base.metrics?.onResponse,
  });
  const schedule = createSchedule({ clock, log });
  schedule.every('first-configuration', LOOK_FOR_CONFIGURATION_EVERY, async () => {
    if ((await store.configurations.current()) !== null) goOn();
  });
  const { host } = settings.listen;
  const url = await app.listen({ host, port: settings.listen.port }).catch(async (error: unknown) => {
    await schedule.stop();
    await store.close();
    throw error;
  });
  const change = async (): Promise<void> => {
    log.info('set-up.over');
    await app.close();
    node = await next({ ...settings, listen: { host, port: Number(new URL(url).port) } });
    void node.givenUp.then(giveUp);
    await schedule.stop();
  };
  log.info('set-up.waiting', { url });
  return {
    url,
    givenUp,
    setUpLink: `${url}/setup#${secret}`,
    async close() {
      await goingOn;
      if (node !== null) return node.close();
      await schedule.stop();
      await app.close();
      await store.close();
    },
  };
}
