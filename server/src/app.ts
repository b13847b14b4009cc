import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { beginWork } from './background-work.ts';
import type { Config } from './config.ts';
import { type Overrides, openServices } from './open-services.ts';
import { brokeLivingAccount } from './platform/database/database-errors.ts';
import { BODY_PACE } from './platform/http/body-pace.ts';
import { createCallLimits } from './platform/http/call-limits.ts';
import { clientAddress } from './platform/http/client-address.ts';
import { createFrontDoor } from './platform/http/front-door.ts';
import { registerOpenRoutes } from './platform/http/open-routes.ts';
import { describeApi } from './platform/http/openapi.ts';
import { createHttpServer } from './platform/http/server.ts';
import { registerSite } from './platform/http/site.ts';
import { bootstrap } from './product/accounts/bootstrap.ts';
import type { MadeAccount } from './product/accounts/create-account.ts';
import { apiAbout } from './product/api-about.ts';
import { createTrailKeeper } from './product/audit/keep-trail.ts';
import { queueLeftErasures } from './product/customers/erase-people.ts';
import { createErasureKeeper, eraseAgain } from './product/customers/keep-erasures.ts';
import { queueLeftAftermath } from './product/customers/queue-aftermath.ts';
import { endpoints } from './product/endpoints.ts';
import { createGuard } from './product/identity/guard.ts';
import { createUploadReceiver } from './product/imports/receive-upload.ts';
import { AccountKeysDestroyed } from './product/sealing/account-keys.ts';
import { createAnswerSealer } from './product/sealing/seal-answer.ts';
import type { Services } from './product/services.ts';

export type App = {
  url: string;
  services: Services;
  /** What this very start made, to be printed once; null when the installation existed. */
  firstStart: MadeAccount | null;
  stop(): Promise<void>;
};

const STOP_MS = 6_000;
/** Where the console's builder puts it. The server knows the folder and nothing of what is in it. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/dist/', import.meta.url));
/** Never answered with the console's page. */
const RESERVED_PATHS = ['/v1', '/docs', '/openapi.json', '/healthz', '/readyz'];

/** Builds and starts everything once, and returns when calls are answered. `stop` ends it cleanly within 10 seconds. */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const isHttps = config.publicUrl?.startsWith('https://') === true;
  const door = createFrontDoor(isHttps);
  const { port } = await door.listen(config.port, config.host);
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = config.publicUrl ?? `http://${host}:${port}`;
  let opened: Awaited<ReturnType<typeof openServices>>;
  try {
    opened = await openServices(config, overrides);
  } catch (error) {
    await door.close(0);
    throw error;
  }
  const { services, close } = opened;
  try {
    const { accountIds } = await eraseAgain(services);
    await queueLeftErasures(services, accountIds);
    await queueLeftAftermath(services, accountIds);
    const firstStart = await bootstrap(services);
    const http = createHttpServer({
      services,
      database: services.database,
      guard: createGuard({ ...services, apiCode: config.apiCode }),
      limits: createCallLimits(config.limits),
      answerSealer: createAnswerSealer(services.keyring),
      receiveUpload: createUploadReceiver(services),
      addressOf: clientAddress(config.trustedProxies),
      bodyPace: overrides.bodyPace ?? BODY_PACE,
      meansErased: (error) => brokeLivingAccount(error) || error instanceof AccountKeysDestroyed,
      checkReplies: overrides.checkReplies ?? false,
      endpoints,
      log: services.log,
      trustedProxies: config.trustedProxies,
      surface: { allowedOrigins: config.allowedOrigins, isHttps },
      serverFactory: (handler: (request: IncomingMessage, response: ServerResponse) => void) => {
        door.open(handler);
        return door.server;
      },
    });
    /** Whoever asks while one look is under way hears what that one finds: to ask costs the database nothing more. */
    let looking: Promise<boolean> | null = null;
    const isReady = () => {
      looking ??= services.database
        .ping()
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          looking = null;
        });
      return looking;
    };
    await registerOpenRoutes(http, {
      document: () => describeApi(endpoints, { ...apiAbout, serverUrl: url }),
      ready: isReady,
    });
    registerSite(http, { folder: CONSOLE_FOLDER, reservedPaths: RESERVED_PATHS });
    await http.ready();
    const work = await beginWork(services, overrides.workers === false ? 0 : config.jobsAtOnce);
    const trail = createTrailKeeper(services);
    const erasures = createErasureKeeper(services);
    services.log.info('ready', { url });
    let stopping: Promise<void> | null = null;
    const stop = async () => {
      work.end();
      await Promise.all([door.close(STOP_MS), services.queue.stop(STOP_MS)]);
      await http.close();
      await trail.stop();
      await erasures.stop();
      await close();
    };
    return {
      url,
      services,
      firstStart,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await door.close(0);
    await close();
    throw error;
  }
}
