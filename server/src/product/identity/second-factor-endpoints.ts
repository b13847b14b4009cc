import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { notFound, platformFailures } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordCall } from '../audit/record-call.ts';
import { roleFailures } from '../roles/errors.ts';
import { shownSecret } from '../second-factor/codes.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  dropSecondFactor,
  type Holder,
  proveSecondFactor,
  renewRecoveryCodes,
  standingOf,
} from '../second-factor/second-factor.ts';
import { endpoint, type ProductCall } from '../services.ts';
import { countCodeAttempt } from '../sign-in-attempts/count-attempt.ts';
import { signInAttemptFailures } from '../sign-in-attempts/errors.ts';
import { provePassword } from './choose-password.ts';
import { identityFailures } from './errors.ts';
import { requireRulingOver } from './granting.ts';
import { otpSchema, passwordSchema } from './second-factor-schemas.ts';
import { revokeSessionsOf } from './session-store.ts';
import { findUser, lockUser } from './store.ts';

const failures = [identityFailures, signInAttemptFailures];
const recoveryCodesSchema = z.object({
  recovery_codes: z.array(z.string()).describe('Each is good once, in the place of a code. They are shown only now.'),
});
const exampleLogin = { password: 'a long and secret sentence', otp: '123456' };

const requirePassword = ({ services, actor, address }: ProductCall<unknown>, password: string) =>
  provePassword(services, actor, address, password);

/** One transaction of work, its audit event and the kept answer. What `work` throws after having spent a code is lost with it. */
async function change<T>(
  call: ProductCall<unknown>,
  action: string,
  work: (tx: Transaction, holder: Holder) => Promise<T>,
): Promise<T> {
  const { services, actor } = call;
  const { accountId, userId } = actor;
  const keys = await services.keyring.forAccount(accountId);
  return services.database.tenant(accountId, async (tx) => {
    const result = await work(tx, { keys, userId });
    await recordCall(tx, call, action, null, { user_id: userId });
    await call.keepAnswer(tx, { result });
    return result;
  });
}

async function requireCode(tx: Transaction, holder: Holder, otp: string, now: Date): Promise<void> {
  const proof = await proveSecondFactor(tx, holder, otp, now);
  if (proof === 'off') throw identityFailures.second_factor_off();
  if (proof === 'wrong') throw identityFailures.second_factor_refused();
}

/** A person's own second factor, and an administrator's way to take away somebody's who lost it. */
export const secondFactorEndpoints = [
  endpoint({
    name: 'second_factor.begin',
    method: 'PUT',
    path: '/v1/otp',
    summary: 'Begin to set up a second factor',
    description:
      'Answers with a secret for an authenticator app (TOTP: SHA-1, six digits, 30 seconds). It counts once PATCH /v1/otp has been given a first code; until then a new call begins again.',
    access: { kind: 'account', permission: null, beforeSecondFactor: true },
    body: z.strictObject({ password: passwordSchema }),
    reply: z.object({
      secret: z.string().describe('In Base32, to be typed.'),
      otpauth_uri: z.string().describe('The same, to be shown as a QR code.'),
    }),
    answersSecret: true,
    example: { password: exampleLogin.password },
    transaction: 'own',
    failures,
    handle: async (call) => {
      const { email } = await requirePassword(call, call.body.password);
      return change(call, 'second_factor.begun', async (tx, holder) => {
        const secret = await beginSecondFactor(tx, holder);
        if (secret === null) throw identityFailures.second_factor_on();
        return shownSecret(secret, email);
      });
    },
  }),
  endpoint({
    name: 'second_factor.confirm',
    method: 'PATCH',
    path: '/v1/otp',
    summary: 'Turn the second factor on',
    description:
      'Takes a first code of the app. From now on signing in needs a code too; every other session of yours ends.',
    access: { kind: 'account', permission: null, beforeSecondFactor: true },
    body: z.strictObject({ otp: otpSchema }),
    reply: recoveryCodesSchema,
    answersSecret: true,
    example: { otp: exampleLogin.otp },
    transaction: 'own',
    failures,
    handle: async (call) => {
      const { actor, services, body, address } = call;
      const { accountId, userId, sessionId } = actor;
      const user = await services.database.tenant(accountId, (tx) => findUser(tx, accountId, userId));
      if (user === undefined) throw platformFailures.unauthorised();
      const counted = await countCodeAttempt(services, { email: user.email, address }, accountId);
      const answer = await change(call, 'second_factor.turned_on', async (tx, holder) => {
        const outcome = await confirmSecondFactor(tx, holder, body.otp, services.clock.now());
        if (outcome === 'not begun') throw identityFailures.second_factor_not_begun();
        if (outcome === 'on already') throw identityFailures.second_factor_on();
        if (outcome === 'wrong') throw identityFailures.code_refused();
        await revokeSessionsOf(tx, accountId, userId, 'second factor turned on', sessionId);
        return { recovery_codes: outcome };
      }).catch(async (error: unknown) => {
        // Nobody looked at the code.
        if (!(error instanceof Failure && error.code === 'code_refused')) await counted.giveBack();
        throw error;
      });
      await counted.giveBack();
      return answer;
    },
  }),
  endpoint({
    name: 'second_factor.get',
    method: 'POST',
    path: '/v1/otp',
    summary: 'Look at your second factor',
    access: { kind: 'account', permission: null, beforeSecondFactor: true },
    body: z.strictObject({}),
    reply: z.object({
      is_on: z.boolean(),
      is_required: z.boolean().describe('The account demands one of everybody but service users.'),
      recovery_codes_left: z.number().int(),
    }),
    example: {},
    handle: ({ tx, actor }) => standingOf(tx, actor.accountId, actor.userId),
  }),
  endpoint({
    name: 'second_factor.turn_off',
    method: 'DELETE',
    path: '/v1/otp',
    summary: 'Turn your second factor off',
    description: 'Not where the account demands one of everybody.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({ password: passwordSchema, otp: otpSchema }),
    reply: z.object({ message: z.string() }),
    example: exampleLogin,
    transaction: 'own',
    failures,
    handle: async (call) => {
      const { accountId, userId } = call.actor;
      const { email } = await requirePassword(call, call.body.password);
      const standing = await call.services.database.tenant(accountId, (tx) => standingOf(tx, accountId, userId));
      if (standing.is_required) throw identityFailures.second_factor_kept();
      const counted = await countCodeAttempt(call.services, { email, address: call.address }, accountId);
      const answer = await change(call, 'second_factor.turned_off', async (tx, holder) => {
        await requireCode(tx, holder, call.body.otp, call.services.clock.now());
        await dropSecondFactor(tx, accountId, userId);
        return { message: 'Signing in takes your password alone from now on.' };
      });
      await counted.giveBack();
      return answer;
    },
  }),
  endpoint({
    name: 'second_factor.renew_recovery_codes',
    method: 'PUT',
    path: '/v1/otp/recovery-codes',
    summary: 'Get new recovery codes',
    description: 'Those you had are good no more.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({ password: passwordSchema, otp: otpSchema }),
    reply: recoveryCodesSchema,
    answersSecret: true,
    example: exampleLogin,
    transaction: 'own',
    failures,
    handle: async (call) => {
      const { email } = await requirePassword(call, call.body.password);
      const counted = await countCodeAttempt(call.services, { email, address: call.address }, call.actor.accountId);
      const answer = await change(call, 'second_factor.recovery_codes_renewed', async (tx, holder) => {
        await requireCode(tx, holder, call.body.otp, call.services.clock.now());
        return { recovery_codes: await renewRecoveryCodes(tx, holder) };
      });
      await counted.giveBack();
      return answer;
    },
  }),
  endpoint({
    name: 'second_factor.reset',
    method: 'DELETE',
    path: '/v1/user/otp',
    summary: "Take away a user's second factor",
    description: 'For somebody who lost the app and the recovery codes. Every session of theirs ends.',
    access: { kind: 'account', permission: 'users.write' },
    body: z.strictObject({ user_id: idSchema }),
    reply: z.object({ message: z.string() }),
    example: { user_id: EXAMPLE_ID },
    audit: 'second_factor.reset',
    failures: [identityFailures, roleFailures],
    handle: async ({ tx, actor, body, audit }) => {
      const user = isUuid(body.user_id) ? await lockUser(tx, actor.accountId, body.user_id) : undefined;
      if (user === undefined) throw notFound('user');
      if (user.user_id === actor.userId) throw identityFailures.not_for_yourself();
      await requireRulingOver(tx, actor, user);
      if (!(await dropSecondFactor(tx, actor.accountId, user.user_id))) throw identityFailures.second_factor_off();
      await revokeSessionsOf(tx, actor.accountId, user.user_id, 'second factor reset');
      audit({ user_id: user.user_id });
      return { message: 'This user signs in by password alone until a new second factor is set up.' };
    },
  }),
];
