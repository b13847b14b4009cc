import { z } from 'zod';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { roleFailures } from '../roles/errors.ts';
import { endpoint } from '../services.ts';
import { signInAttemptFailures } from '../sign-in-attempts/errors.ts';
import { changePassword, lookAtLink, redeemLink } from './choose-password.ts';
import { identityFailures } from './errors.ts';
import { requireRulingOver } from './granting.ts';
import { linkPath, makeLink } from './password-link.ts';
import { passwordSchema } from './second-factor-schemas.ts';
import { lockUser } from './store.ts';

const failures = [identityFailures];
const DEFAULT_HOURS = 72;
const HOUR_MS = 60 * 60 * 1_000;
const tokenSchema = z.string().min(1).max(200).describe('What stands behind the # of the link.');
/** 86 characters, as a real one has. */
const EXAMPLE_TOKEN = 'A'.repeat(86);

/** One's own password, and one-time links by which a person chooses one without mail. */
export const passwordEndpoints = [
  endpoint({
    name: 'users.change_password',
    method: 'PATCH',
    path: '/v1/user/password',
    summary: 'Change your own password',
    description: 'Every other session of yours ends, with its tokens. The session in use goes on.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({ current_password: passwordSchema, new_password: passwordSchema }),
    reply: z.object({ message: z.string() }),
    example: { current_password: 'a long and secret sentence', new_password: 'seven horses under an old bridge' },
    transaction: 'own',
    failures: [identityFailures, signInAttemptFailures],
    handle: async (call) => {
      const answer = { message: 'Your password is changed. You are signed out everywhere else.' };
      await changePassword(call, answer);
      return answer;
    },
  }),
  endpoint({
    name: 'users.invite',
    method: 'PUT',
    path: '/v1/user/link',
    summary: 'Make a one-time link for choosing a password',
    description:
      'For somebody new, or who has forgotten the password: hand it over yourself, as the server sends no mail. It is shown in this answer only, works once, and takes the place of an earlier one. A second factor stays as it is.',
    access: { kind: 'account', permission: 'users.write' },
    body: z.strictObject({
      user_id: idSchema,
      valid_hours: z.number().int().min(1).max(168).optional().describe(`${DEFAULT_HOURS} by default.`),
    }),
    reply: z.object({
      user_id: idSchema,
      token: z.string(),
      link: z.string().describe('Absolute where the server knows its address, else relative to the server.'),
      expires_at: timestampSchema,
    }),
    answersSecret: true,
    example: { user_id: EXAMPLE_ID },
    audit: 'user.invited',
    failures: [identityFailures, roleFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      const user = isUuid(body.user_id) ? await lockUser(tx, actor.accountId, body.user_id) : undefined;
      if (user === undefined) throw notFound('user');
      if (user.user_id === actor.userId) throw identityFailures.not_for_yourself();
      await requireRulingOver(tx, actor, user);
      if (user.disabled_at !== null) throw identityFailures.user_disabled();
      const { accountId, userId } = { accountId: actor.accountId, userId: user.user_id };
      const expiresAt = new Date(services.clock.now().getTime() + (body.valid_hours ?? DEFAULT_HOURS) * HOUR_MS);
      const token = await makeLink(tx, { accountId, userId, createdBy: actor.userId, expiresAt });
      audit({ user_id: userId });
      return {
        user_id: userId,
        token,
        link: `${services.config.publicUrl ?? ''}${linkPath(token)}`,
        expires_at: expiresAt.toISOString(),
      };
    },
  }),
  endpoint({
    name: 'password_link.get',
    method: 'POST',
    path: '/v1/password-link',
    summary: 'Look at a one-time link',
    description: 'Whose password it lets choose, and until when. Needs no sign-in: the token is the proof.',
    access: { kind: 'public' },
    body: z.strictObject({ token: tokenSchema }),
    reply: z.object({ email: z.string(), display_name: z.string(), expires_at: timestampSchema }),
    example: { token: EXAMPLE_TOKEN },
    transaction: 'own',
    failures,
    handle: async ({ services, body, actor, address, requestId }) => {
      const tried = { call: 'password_link.get', client: actor.client, address, requestId };
      const { user, expiresAt } = await lookAtLink(services, body.token, tried);
      return { email: user.email, display_name: user.display_name, expires_at: expiresAt.toISOString() };
    },
  }),
  endpoint({
    name: 'password_link.redeem',
    method: 'PATCH',
    path: '/v1/password-link',
    summary: 'Choose a password by a one-time link',
    description: 'Then sign in with it. Every session the user had ends.',
    access: { kind: 'public' },
    body: z.strictObject({ token: tokenSchema, password: passwordSchema }),
    reply: z.object({ message: z.string(), email: z.string() }),
    example: { token: EXAMPLE_TOKEN, password: 'seven horses under an old bridge' },
    transaction: 'own',
    failures,
    handle: async ({ services, body, actor, address, requestId }) => {
      const tried = { call: 'password_link.redeem', client: actor.client, address, requestId };
      const user = await redeemLink(services, body, tried);
      return { message: 'The password is set. Sign in with it.', email: user.email };
    },
  }),
];
