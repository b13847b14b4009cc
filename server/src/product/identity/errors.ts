import { failures } from '../../platform/errors/failure.ts';

export const identityFailures = failures({
  sign_in_refused: { status: 403, message: 'The API key, email, password or code is not right.' },
  console_sign_in_refused: { status: 403, message: 'The email, password or code is not right.' },
  password_refused: { status: 403, message: 'This is not your password.' },
  console_closed: {
    status: 403,
    message: 'This is a service user: it signs in through POST /v1/auth with an API key, and cannot open the console.',
  },
  second_factor_refused: {
    status: 403,
    message: "This code is not right, or was used before. Take the app's next one, or a recovery code.",
  },
  session_or_others: { status: 400, message: 'Name one session, or send others; not both.' },
  session_moved: {
    status: 403,
    message: 'This session is used from another country than it was begun in, and was ended for that. Sign in again.',
  },
  csrf_refused: {
    status: 403,
    message: 'This call needs the x-csrf-token that GET /v1/session tells, because it is made by cookie.',
  },
  account_needed: {
    status: 400,
    message: 'This login is right in several accounts. Say which one you mean as account_id; details lists them.',
  },
  email_taken: { status: 400, message: 'A user with this email exists already in this account.' },
  link_refused: {
    status: 403,
    message: 'This link is not right, was used before, or is over. Ask an administrator for a new one.',
  },
  password_unchanged: { status: 400, message: 'This is the password you have already. Choose another one.' },
  not_for_yourself: {
    status: 403,
    message: 'Not for yourself: change your password or second factor with the password, or ask another administrator.',
  },
  own_user: { status: 400, message: 'You cannot delete yourself. Ask another administrator.' },
  user_disabled: { status: 400, message: 'This user is disabled. Enable the user first.' },
  weak_password: { status: 400, message: 'This password cannot be taken.' },
  last_administrator: {
    status: 400,
    message: 'This is the last active account administrator. Make another one first.',
  },
  unknown_workspace: { status: 400, message: 'One of these workspaces is not in this account.' },
  administrator_limited: {
    status: 400,
    message: 'An account administrator works in every workspace. Leave out workspaces, or choose another role.',
  },
  code_refused: {
    status: 400,
    message:
      "This code is not right, or was used before. Wait for the app's next one, and see that its clock is right; or take a recovery code.",
  },
  second_factor_on: {
    status: 400,
    message: 'A second factor is set up already. Turn it off before you set up another.',
  },
  second_factor_off: { status: 400, message: 'There is no second factor to take away.' },
  second_factor_demanded: {
    status: 403,
    message:
      'This account demands a second factor, and you have none yet. Set it up first: PUT /v1/otp, then PATCH /v1/otp; the console leads you through it.',
  },
  second_factor_kept: {
    status: 400,
    message: 'This account demands a second factor of everybody, so yours cannot be turned off.',
  },
  second_factor_not_begun: { status: 400, message: 'Get a secret for the app first: PUT /v1/otp.' },
});
