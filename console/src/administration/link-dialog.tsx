import type { User } from '@nudgescribe/sdk';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { formatMoment } from '../design/format.ts';
import { Loading, Notice } from '../design/states.tsx';

/** Makes a one-time link for a person and shows it once: the server sends no mail. */
export function LinkDialog({ user, onClose }: { user: Pick<User, 'user_id' | 'display_name'>; onClose(): void }) {
  const { mutate, data, error } = useMutation({ mutationFn: () => client.users.invite({ user_id: user.user_id }) });
  useEffect(() => mutate(), [mutate]);
  const link = data === undefined ? '' : new URL(data.link, window.location.origin).href;
  return (
    <Dialog title={`A link for ${user.display_name}`} onClose={onClose} urgent>
      {error !== null && <Notice kind="bad">{explain(error)}</Notice>}
      {data === undefined && error === null && <Loading what="Making the link" />}
      {data !== undefined && (
        <>
          <Notice kind="warn">
            Whoever opens this chooses the password. Hand it over by a safe way; it works once, until{' '}
            {formatMoment(data.expires_at)}, and is shown only now.
          </Notice>
          <code className="breakable">{link}</code>
        </>
      )}
      <div className="modal-actions">
        {data !== undefined && <Button onPress={() => void navigator.clipboard?.writeText(link)}>Copy</Button>}
        <Button look="primary" onPress={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
