import { startApp } from '../../src/app.ts';
import { startWorker } from '../../src/background-work.ts';
import { readConfig } from '../../src/config.ts';
import { dieAt } from './kill-points.ts';

// A server (with or without workers) or a worker as a user runs it, but for where it kills itself: role, point, how often
// it comes to the point, and the milliseconds after which it dies in any case (0: never). Keys may be given less time than
// they take in earnest to be known everywhere.

const [role = '', point = '', times = '1', milliseconds = '0'] = process.argv.slice(2);
const services = dieAt(point, Number(times));
const keyTiming = JSON.parse(process.env.NUDGESCRIBE_TEST_KEY_TIMING ?? '{}');
if (role === 'worker') await startWorker(readConfig(process.env), { services, keyTiming });
else await startApp(readConfig(process.env), { services, keyTiming, workers: role === 'server with workers' });
if (Number(milliseconds) > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(milliseconds));
