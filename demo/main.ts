import { createClient } from '@nudgescribe/sdk';
import { readWish, USAGE, type Wish } from './arguments.ts';
import { openCredentials } from './credentials.ts';
import { readSample } from './customer-file.ts';
import { runFlow } from './flow.ts';
import { showOutcome, showWaysOn } from './report.ts';
import { createScreen, type Screen } from './screen.ts';
import { choosePort, logPathOf, type RunningServer, startServer, waitUntilReady } from './server-process.ts';
import { createSteps, StepFailed } from './steps.ts';
import { bankSubject, fileSubject } from './subject.ts';
import { Told } from './told.ts';

const INTERRUPTED = 130;

/** Stops the server once and ends the process; a second signal (npm passes them on) changes nothing. */
function stopOnSignals(screen: Screen, server: RunningServer, isDone: () => boolean): () => boolean {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    screen.line('Stopping the server …');
    server.stop().then((clean) => process.exit(clean ? (isDone() ? 0 : INTERRUPTED) : 1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return () => stopping;
}

async function stopAtEnd(screen: Screen, server: RunningServer): Promise<number> {
  const clean = await server.stop();
  screen.line();
  screen.line(clean ? 'The server has stopped.' : 'The server did not stop within 10 s and was killed.');
  return clean ? 0 : 1;
}

/** Runs the demo and gives the exit code; null while the server goes on running. */
async function demo(wish: Wish, screen: Screen): Promise<number | null> {
  const startedAt = performance.now();
  const steps = createSteps(screen);
  // A wrong path is told before a server is started for it.
  if (wish.csv !== null) await readSample(wish.csv);
  const credentials = await openCredentials(wish.dataDir);
  const port = await choosePort(wish.port, (text) => screen.line(text));
  const logPath = logPathOf(wish.dataDir);
  const server = startServer(wish.dataDir, port, credentials);
  let isDone = false;
  const isStopping = stopOnSignals(screen, server, () => isDone);
  try {
    const client = createClient({ baseUrl: server.url, apiKey: credentials.api_key });
    await steps.run('Server', async (say) => {
      await waitUntilReady(server, wish.dataDir);
      await client.auth.signIn({ email: credentials.email, password: credentials.password });
      say(`${server.url} with its own PostgreSQL in ${wish.dataDir}`);
    });
    const subject = wish.csv === null ? await bankSubject(wish.dataDir) : fileSubject(wish.csv);
    const outcome = await runFlow(client, subject, wish.outputDir, screen, steps);
    isDone = true;
    showOutcome(screen, outcome, wish.outputDir, steps.times, performance.now() - startedAt);
    if (wish.exit) return isStopping() ? null : await stopAtEnd(screen, server);
    showWaysOn(screen, outcome, { url: server.url, credentialsPath: credentials.path, logPath });
    await server.ended;
    if (isStopping()) return null;
    screen.line(`The server ended by itself. Its log is ${logPath}.`);
    return 1;
  } catch (error) {
    // Stopped by the user: what fails then fails because of that.
    if (isStopping()) return null;
    const step = error instanceof StepFailed ? `The demo stopped at the step "${error.step}": ` : '';
    screen.line(`✗ ${step}${error instanceof Error ? error.message : String(error)}`);
    screen.line(`  The server's log is ${logPath}.`);
    await server.stop();
    return 1;
  }
}

const screen = createScreen(process.stdout);
try {
  const wish = readWish(process.argv.slice(2), process.env);
  if (wish === null) screen.line(USAGE);
  const code = wish === null ? 0 : await demo(wish, screen);
  if (code !== null) process.exitCode = code;
} catch (error) {
  screen.line(error instanceof Told ? `✗ ${error.message}` : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
}
