import { ROLE_CODES } from '../src/product/roles/roles.ts';
import { ownExample } from './example-bodies.ts';
import { bearer, type Caller, endpointNamed, type FuzzAnswer, isUnauthorised, type Make } from './fuzz-caller.ts';

// The calls that take away what the others stand on, or the caller's own access: they come last, in this order. What they
// may take is made for them, so that some have their effect; by turns they are pointed at what is in use.

export type LastRoute = {
  name: string;
  /** Before every few inputs: points `ids` at what they may take away. */
  prepare(turn: number): Promise<void>;
  /** The credentials of one input, where they are what is tried. */
  credentials?(): Record<string, string>;
  /** Whether the input was refused because an earlier one had ended the caller's access: then nobody looked at it. */
  isShutOut(answer: FuzzAnswer): boolean;
  heard?(answer: FuzzAnswer): void;
  /** One of the few is good: of bodies with one field hardly any is so by chance. */
  isOneGood?: boolean;
};

export const LAST = [
  'auth.refresh',
  'fields.delete',
  'campaigns.delete',
  'groups.delete',
  'workspaces.delete',
  'users.change',
  'users.delete',
  'sessions.end',
  'api_keys.revoke',
] as const;

/** `ids` are those that the inputs are made of; they change under way. `make` is a good call of somebody else's. */
export function lastRoutes(caller: Caller, ids: Record<string, string>, make: Make, random: () => number): LastRoute[] {
  const inUse = { ...ids };
  const workspace_id = inUse.workspace_id;
  let made = 0;
  const makeOne = async (name: string, key: string, body: (name: string) => Record<string, unknown>) => {
    made += 1;
    const reply = await make(name, body(`Expendable_${made}`));
    ids[key] = reply[key];
    return reply;
  };
  const taken =
    (name: string, key: string, body: (name: string) => Record<string, unknown>) => async (turn: number) => {
      if (turn % 2 === 0) await makeOne(name, key, body);
      else ids[key] = inUse[key] ?? '';
    };
  const campaign = ownExample(endpointNamed('campaigns.create'), inUse);
  let spent: string[] = [];
  let isBetrayed = false;

  /** Mostly a token that is good, of either kind; else an altered one or, seldom, one that was exchanged long ago. */
  const anyToken = (): Record<string, string> => {
    const dice = random();
    if (dice < 0.4) return bearer(caller.token);
    if (dice < 0.8) return bearer(caller.refreshToken);
    if (dice < 0.81 && spent.length > 1) {
      isBetrayed = true;
      return bearer(spent[0] ?? '');
    }
    const token = dice < 0.9 ? caller.token : caller.refreshToken;
    const at = Math.floor(random() * token.length);
    return { authorization: `Bearer ${token.slice(0, at)}${random() < 0.5 ? '' : `x${token.slice(at + 1)}`}` };
  };

  const viewer = (name: string) => ({ email: `${name}@example.test`, role_code: 'VIEWER' });
  let otherUser = '';
  const routes: Record<(typeof LAST)[number], Omit<LastRoute, 'name' | 'isShutOut'> & Partial<LastRoute>> = {
    'auth.refresh': {
      prepare: async () => {
        // A token that is used again ends the session.
        if (!isBetrayed) return;
        await caller.signIn();
        spent = [];
        isBetrayed = false;
      },
      credentials: anyToken,
      // What is wrong with a token is the input here.
      isShutOut: () => false,
      heard: ({ body }) => {
        if (typeof body?.refresh_token !== 'string' || body.refresh_token === caller.refreshToken) return;
        spent.push(caller.refreshToken);
        caller.refreshToken = body.refresh_token;
      },
    },
    'fields.delete': {
      prepare: taken('fields.create', 'customer_profile_field_id', (field_name) => ({
        workspace_id,
        field_name,
        field_type: 'string',
      })),
    },
    'campaigns.delete': {
      prepare: taken('campaigns.create', 'campaign_id', (campaign_name) => ({ ...campaign, campaign_name })),
    },
    'groups.delete': {
      prepare: taken('groups.create', 'customer_group_id', (group_name) => ({ workspace_id, group_name })),
    },
    'workspaces.delete': {
      prepare: taken('workspaces.create', 'workspace_id', (workspace_name) => ({ workspace_name })),
    },
    'users.change': {
      prepare: async (turn) => {
        if (turn === 0) {
          otherUser = (await makeOne('users.create', 'user_id', viewer)).user_id;
        }
        // The caller's own access only now and then: to come back in costs a sign-in.
        ids.user_id = turn % 6 === 1 ? caller.userId : otherUser;
        ids.role_code = ROLE_CODES[turn % ROLE_CODES.length] ?? '';
      },
      isShutOut: ({ status }) => status === 403,
    },
    'users.delete': {
      isOneGood: true,
      prepare: async (turn) => {
        // To make a user costs a hash.
        if (turn % 6 === 0) await makeOne('users.create', 'user_id', viewer);
        else if (turn % 6 === 5) ids.user_id = caller.userId;
      },
    },
    'sessions.end': {
      prepare: async () => {
        ids.session_id = caller.sessionId;
      },
    },
    'api_keys.revoke': {
      isOneGood: true,
      prepare: async (turn) => {
        const { api_key } = await makeOne('api_keys.create', 'api_key_id', (key_name) => ({ key_name }));
        // Now and then the one by which the caller came in.
        if (turn % 8 === 1) await caller.signIn(api_key);
      },
    },
  };
  return LAST.map((name) => ({ isShutOut: isUnauthorised, ...routes[name], name }));
}
