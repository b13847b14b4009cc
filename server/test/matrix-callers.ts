import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Access } from '../src/platform/http/endpoint.ts';
import { PERMISSIONS, ROLE_CODES, ROLE_PERMISSIONS, type RoleCode } from '../src/product/roles/roles.ts';
import { send, type Tenant } from './harness.ts';

/** One way of being signed in, as the cross-tenant matrix needs to know it. */
export type Caller = {
  name: string;
  call: Tenant['call'];
  /** Reaches every workspace of the account, the sibling too. */
  seesAll: boolean;
  /** Whether calls of this access are let in, so that a refusal can only be for what stands in them. */
  isLetIn(access: Access): boolean;
};

const always = () => true;
const never = () => false;
const inWorkspaces = ({ kind }: Access) => kind === 'workspace';

/** What the account's own role lets do in the matrix: everything, but not the log, which tells of all workspaces. */
const OF_THE_CUSTOM_ROLE = [...PERMISSIONS].filter((permission) => permission !== 'audit.read');
/** What the limited key lets its administrator do: not everything anywhere, and something of each kind of call. */
const OF_THE_LIMITED_KEY = [
  ...ROLE_PERMISSIONS.EDITOR,
  'customers.decrypt',
  'users.read',
  'users.write',
  'roles.write',
  'api_keys.write',
];

type Login = { email: string; password: string };

/** A user with a role: an administrator of the account, or somebody with this role in the one workspace. */
async function newUser({ call, workspaceId }: Tenant, role: string): Promise<Login> {
  const login = { email: `${randomUUID()}@example.test`, password: randomUUID() };
  const workspaces = role === 'ACCOUNT_ADMIN' ? {} : { workspaces: [{ workspace_id: workspaceId, role_code: role }] };
  const made = await call('PUT', '/v1/user', { ...login, role_code: role, ...workspaces });
  assert.equal(made.status, 200, made.text);
  return login;
}

async function byToken(url: string, login: Login, apiKey: string): Promise<Tenant['call']> {
  const signedIn = await send(url, 'POST', '/v1/auth', login, { token: null, headers: { 'x-api-key': apiKey } });
  assert.equal(signedIn.status, 200, signedIn.text);
  return (method, path, body, options = {}) =>
    send(url, method, path, body, { ...options, token: signedIn.body.access_token });
}

async function byCookie(url: string, login: Login): Promise<Tenant['call']> {
  const signedIn = await send(url, 'PUT', '/v1/session', login, { token: null });
  assert.equal(signedIn.status, 200, signedIn.text);
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const proof = { cookie, 'x-csrf-token': signedIn.body.csrf_token };
  return (method, path, body, options = {}) =>
    send(url, method, path, body, { ...options, token: null, headers: { ...options.headers, ...proof } });
}

/** A caller for each of these roles, the account's administrator first. */
export async function callersByRole(url: string, tenant: Tenant, roles: readonly RoleCode[]): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (const name of ROLE_CODES.filter((role) => roles.includes(role))) {
    const isAdministrator = name === 'ACCOUNT_ADMIN';
    const call = await byToken(url, await newUser(tenant, name), tenant.apiKey);
    callers.push({ name, call, seesAll: isAdministrator, isLetIn: isAdministrator ? always : never });
  }
  return callers;
}

/** Callers for each further way of being signed in: a role of the account's own, limited keys, the console's cookie. */
export async function callersByOtherWays(url: string, tenant: Tenant): Promise<Caller[]> {
  const newKey = async (limits: Record<string, unknown>): Promise<string> => {
    const made = await tenant.call('PUT', '/v1/api-key', { key_name: 'Limited', ...limits });
    assert.equal(made.status, 200, made.text);
    return made.body.api_key;
  };
  const role = { role_name: 'Nearly everything', permissions: OF_THE_CUSTOM_ROLE };
  const { role_code } = (await tenant.call('PUT', '/v1/role', role)).body;
  const [custom, administrator] = [await newUser(tenant, role_code), await newUser(tenant, 'ACCOUNT_ADMIN')];
  const keyOfOne = await newKey({ workspace_ids: [tenant.workspaceId] });
  const keyOfSome = await newKey({ permissions: OF_THE_LIMITED_KEY });
  return [
    {
      name: "a role of the account's own",
      call: await byToken(url, custom, tenant.apiKey),
      seesAll: false,
      isLetIn: inWorkspaces,
    },
    {
      name: 'an administrator by a key of one workspace',
      call: await byToken(url, administrator, keyOfOne),
      seesAll: false,
      isLetIn: inWorkspaces,
    },
    {
      name: 'an administrator by a key of some permissions',
      call: await byToken(url, administrator, keyOfSome),
      seesAll: true,
      isLetIn: never,
    },
    {
      name: 'an administrator in the console',
      call: await byCookie(url, administrator),
      seesAll: true,
      isLetIn: always,
    },
  ];
}
