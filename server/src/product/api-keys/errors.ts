import { failures } from '../../platform/errors/failure.ts';

export const apiKeyFailures = failures({
  api_key_taken: { status: 400, message: 'This API key is in use already. Supply another one.' },
  api_key_revoked: { status: 400, message: 'This API key has been revoked already.' },
  api_key_over: { status: 400, message: 'expires_at is to be later than now. To end a key at once, revoke it.' },
  unknown_key_workspace: { status: 400, message: 'One of workspace_ids is not a workspace that you see.' },
});
