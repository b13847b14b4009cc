import { readFile, stat } from 'node:fs/promises';
import { EmbeddedDatabaseFailed } from './errors.ts';

/** The user Postgres runs as. */
export type ServiceUser = { uid: number; gid: number };

/**
 * User ids that no distribution hands out: below the 16-bit border, so that containers with a small id range know
 * them too, and above everything that adduser and systemd assign.
 */
const UNCLAIMED_IDS = Array.from({ length: 10 }, (_, index) => 65_529 - index);

type Account = { name: string; uid: number; gid: number };

/** Accounts and groups share the shape `name:x:id:…`; ids may be written negative on macOS. */
async function readAccounts(path: string): Promise<Account[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= 3 && !parts[0]?.startsWith('#'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }));
}

/** The name of a user, or what sudo takes in its place. */
export async function nameOfUser(uid: number): Promise<string> {
  return (await readAccounts('/etc/passwd')).find((account) => account.uid === uid)?.name ?? `'#${uid}'`;
}

/** Which ids exist here: in a container's user namespace often only some do. */
async function idRange(path: string): Promise<(id: number) => boolean> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null || text.trim() === '') return () => true;
  const ranges = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return (id) => ranges.some(([first = 0, , count = 0]) => id >= first && id < first + count);
}

/**
 * The unprivileged user Postgres must run as, because it refuses root; null when this process is not root and Postgres
 * simply runs as the same user. A cluster that exists keeps the user that owns it, so the id is stable over restarts.
 */
export async function chooseServiceUser(clusterDir: string): Promise<ServiceUser | null> {
  if (process.geteuid?.() !== 0) return null;
  const owner = await stat(clusterDir).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid === 0 ? owner.uid : owner.gid };
  const [accounts, groups] = [await readAccounts('/etc/passwd'), await readAccounts('/etc/group')];
  const taken = new Set([...accounts, ...groups].map((account) => account.uid));
  const [uidExists, gidExists] = [await idRange('/proc/self/uid_map'), await idRange('/proc/self/gid_map')];
  const free = UNCLAIMED_IDS.find((id) => !taken.has(id) && uidExists(id) && gidExists(id));
  if (free !== undefined) return { uid: free, gid: free };
  const spare =
    accounts.find(({ name, uid }) => name === 'nobody' && uidExists(uid)) ??
    accounts.find(({ name, uid, gid }) => name === 'postgres' && uid !== 0 && uidExists(uid) && gidExists(gid));
  if (spare === undefined) throw noServiceUser();
  return { uid: spare.uid, gid: gidExists(spare.gid) ? spare.gid : spare.uid };
}

/**
 * The user that runs initdb for root. initdb, unlike the server, looks its user's name up and fails without one, so an
 * unclaimed id cannot run it.
 */
export async function namedUser(): Promise<ServiceUser> {
  const uidExists = await idRange('/proc/self/uid_map');
  const accounts = (await readAccounts('/etc/passwd')).filter(({ uid }) => uid !== 0 && uidExists(uid));
  const account = accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  if (account === undefined) throw noServiceUser();
  return { uid: account.uid, gid: account.gid };
}

function noServiceUser(): EmbeddedDatabaseFailed {
  return new EmbeddedDatabaseFailed(
    'PostgreSQL refuses to run as root, and this system has no other user it could run as. Run the server as an ordinary user, or set NUDGESCRIBE_DATABASE_URL to a PostgreSQL server of your own.',
  );
}
