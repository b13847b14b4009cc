import assert from 'node:assert/strict';
import { endpoints } from '../src/product/endpoints.ts';
import { type Permission, ROLE_PERMISSIONS } from '../src/product/roles/roles.ts';
import type { FuzzCall } from './fuzz-inputs.ts';
import type { Answer } from './send.ts';

export type FuzzAnswer = Pick<Answer, 'status' | 'body' | 'text'> & { requestId: string };
export type Keeper = { token: string; password: string; apiKey: string };

export type Route = (typeof endpoints)[number];

export type Send = (route: Route, call: FuzzCall, credentials: Record<string, string>) => Promise<FuzzAnswer>;

export function endpointNamed(name: string): Route {
  const endpoint = endpoints.find((one) => one.name === name);
  assert.ok(endpoint !== undefined, name);
  return endpoint;
}

/** An administrator whose access the inputs may end, and who then comes back in. */
export type Caller = {
  userId: string;
  token: string;
  refreshToken: string;
  sessionId: string;
  /** By another key than the usual one, if given. */
  signIn(apiKey?: string): Promise<void>;
  comeBack(): Promise<void>;
};

export const isUnauthorised = ({ status, body }: FuzzAnswer) => status === 403 && body?.code === 'unauthorised';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const sessionOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;

/** Makes an object by a good call. Gives the reply. */
export type Make = (name: string, body: Record<string, unknown>) => Promise<Answer['body']>;

/** A call that must succeed. Gives the reply. */
export async function good(
  send: Send,
  name: string,
  body: Record<string, unknown>,
  credentials: Record<string, string>,
): Promise<Answer['body']> {
  const answer = await send(endpointNamed(name), { body }, credentials);
  assert.equal(answer.status, 200, `${name}: ${answer.text}`);
  return answer.body;
}

/** Makes the caller, and signs in. The keeper is another administrator, whom no input names. */
export async function makeCaller(send: Send, keeper: Keeper): Promise<Caller> {
  // Of its own: inputs have used up what may fail with the keeper's.
  const login = { email: 'caller@example.test', password: keeper.password };
  const asKeeper = bearer(keeper.token);
  const { user_id } = await good(send, 'users.create', { ...login, role_code: 'ACCOUNT_ADMIN' }, asKeeper);
  const caller: Caller = {
    userId: user_id,
    token: '',
    refreshToken: '',
    sessionId: '',
    signIn: async (apiKey = keeper.apiKey) => {
      const pair = await good(send, 'auth.sign_in', login, { 'x-api-key': apiKey });
      caller.token = pair.access_token;
      caller.refreshToken = pair.refresh_token;
      caller.sessionId = sessionOf(caller.token);
    },
    comeBack: async () => {
      const whole = { user_id, role_code: 'ACCOUNT_ADMIN', workspaces: null, disabled: false };
      await good(send, 'users.change', whole, asKeeper);
      await caller.signIn();
    },
  };
  await caller.signIn();
  return caller;
}

export const COLLEAGUE_ROLES = ['EDITOR', 'REVIEWER', 'VIEWER'] as const;
type ColleagueRole = (typeof COLLEAGUE_ROLES)[number];
/** Somebody who may do less in the workspace than its administrators. */
export type Colleague = { role: ColleagueRole; token: string };

/** Whether the role lets call this at all; what only some bodies of the call need is left to the server. */
export function mayCall(role: ColleagueRole, { access }: Route): boolean {
  if (access.kind !== 'account' && access.kind !== 'workspace') return true;
  return access.permission === null || ROLE_PERMISSIONS[role].has(access.permission as Permission);
}

/** Makes one of each role, and signs them in. No input names them. */
export async function makeColleagues(send: Send, keeper: Keeper, workspace_id: string): Promise<Colleague[]> {
  const colleagues: Colleague[] = [];
  for (const role of COLLEAGUE_ROLES) {
    const login = { email: `${role.toLowerCase()}@example.test`, password: keeper.password };
    const user = { ...login, role_code: role, workspaces: [{ workspace_id, role_code: role }] };
    await good(send, 'users.create', user, bearer(keeper.token));
    const { access_token } = await good(send, 'auth.sign_in', login, { 'x-api-key': keeper.apiKey });
    colleagues.push({ role, token: access_token });
  }
  return colleagues;
}
