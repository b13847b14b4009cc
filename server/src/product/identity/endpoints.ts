import { z } from 'zod';
import { askedInTurn } from '../../platform/database/asked-in-turn.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { idSchema } from '../../platform/http/schemas.ts';
import { endpoint } from '../services.ts';
import { signInAttemptFailures } from '../sign-in-attempts/errors.ts';
import { identityFailures } from './errors.ts';
import { passwordEndpoints } from './password-endpoints.ts';
import { secondFactorEndpoints } from './second-factor-endpoints.ts';
import { otpSchema, passwordSchema } from './second-factor-schemas.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { refresh, signIn } from './sign-in.ts';
import { bearerToken } from './tokens.ts';
import { userEndpoints } from './user-endpoints.ts';

const pairSchema = z
  .strictObject({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().describe('Seconds.'),
    refresh_expires_in: z.number().int().describe('Seconds.'),
    user_id: idSchema,
    account_id: idSchema,
    role_code: z.string(),
  })
  .meta({ id: 'TokenPair' });

const standingSchema = z
  .strictObject({ user_id: idSchema, account_id: idSchema, role_code: z.string(), expires_in: z.number().int() })
  .meta({ id: 'TokenStanding' });

const nothing = z.strictObject({});

const authEndpoints = [
  endpoint({
    name: 'auth.sign_in',
    method: 'POST',
    path: '/v1/auth',
    summary: 'Sign in with API key, email and password',
    description:
      'A wrong key, an unknown email and a wrong password get one and the same answer. Who has a second factor is asked for `otp` (401) once the password is right.',
    access: { kind: 'api_key' },
    body: z.strictObject({
      email: z.string().min(1).max(254),
      password: passwordSchema,
      otp: otpSchema.optional(),
    }),
    reply: pairSchema,
    example: { email: 'admin@example.com', password: 'a long and secret sentence' },
    transaction: 'own',
    failures: [identityFailures, signInAttemptFailures],
    handle: ({ services, actor, body, address, requestId, inTurnOf }) =>
      // The guard leaves the API key's id where other calls have their session.
      signIn(
        { ...services, database: askedInTurn(services.database, (ask) => inTurnOf(actor.accountId, ask)) },
        {
          accountId: actor.accountId,
          apiKeyId: actor.sessionId,
          email: body.email,
          password: body.password,
          otp: body.otp,
        },
        { client: actor.client, address, requestId },
      ),
  }),
  endpoint({
    name: 'auth.refresh',
    method: 'GET',
    path: '/v1/auth',
    summary: 'Exchange a refresh token, or look at an access token',
    description:
      'With a refresh token: a new pair; the old refresh token is spent. With an access token: whose it is and how long it is good for.',
    access: { kind: 'refresh' },
    body: nothing,
    reply: z.union([pairSchema, standingSchema]),
    example: {},
    transaction: 'own',
    handle: async ({ services, actor, headers, address, requestId }) => {
      const claims = await services.tokens.verify(bearerToken(headers.authorization) ?? '');
      if (claims === null) throw platformFailures.unauthorised();
      const { roleCode } = actor;
      if (claims.typ === 'refresh')
        return refresh(services, claims, roleCode, { client: actor.client, address, requestId });
      return {
        user_id: actor.userId,
        account_id: actor.accountId,
        role_code: roleCode,
        expires_in: Math.max(0, claims.exp - Math.floor(services.clock.now().getTime() / 1000)),
      };
    },
  }),
];

export const identityEndpoints = [
  ...authEndpoints,
  ...sessionEndpoints,
  ...secondFactorEndpoints,
  ...passwordEndpoints,
  ...userEndpoints,
];
