import { failures } from '../../platform/errors/failure.ts';

export const identityFailures = failures({
  sign_in_refused: { status: 403, message: 'The API key, email or password is not right.' },
  email_taken: { status: 400, message: 'A user with this email exists already in this account.' },
  weak_password: { status: 400, message: 'This password cannot be taken.' },
  last_administrator: {
    status: 400,
    message: 'This is the last active account administrator. Make another one first.',
  },
  api_key_taken: { status: 400, message: 'This API key is in use already. Supply another one.' },
  unknown_workspace: { status: 400, message: 'One of these workspaces is not in this account.' },
  administrator_limited: {
    status: 400,
    message: 'An account administrator works in every workspace. Leave out workspaces, or choose another role.',
  },
  api_key_revoked: { status: 400, message: 'This API key has been revoked already.' },
});
