import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Call, Reply } from '../../platform/http/endpoint.ts';
import { recordEvent } from '../audit/record-event.ts';
import { recordRefusal } from '../audit/record-refusal.ts';
import type { Services } from '../services.ts';
import { publishingFailures } from './errors.ts';
import { ofFile, partReply } from './read-file.ts';
import type { SignedLink } from './signed-link.ts';
import { findPart } from './store.ts';

type Followed = Pick<Call<Services, unknown>, 'services' | 'actor' | 'address' | 'requestId' | 'headers'>;

/**
 * The file behind a link whose signature holds. Throws link_refused (403) when its time is over, and not_found where the file
 * was replaced; both leave an event.
 */
export async function followLink(
  { services, actor, address, requestId, headers }: Followed,
  { target: { accountId, publicationId, page }, isOver }: SignedLink,
): Promise<Reply> {
  const refuse = async (failure: Failure): Promise<never> => {
    const objectIds = { publication_id: publicationId, page };
    const origin = { client: actor.client, address, requestId, call: 'publishing.download', code: failure.code };
    const nobody = { actorUserId: null, sessionId: null, workspaceId: null };
    // A link needs no token whose calls are counted: whoever goes on trying it must not fill the log.
    const once = { onceAnHour: true };
    await recordRefusal(services.database, { accountId, ...nobody, ...origin, objectIds }, once);
    throw failure;
  };
  if (isOver) return refuse(publishingFailures.link_refused());
  // Published again meanwhile: the file behind this link is gone.
  const gone = () =>
    platformFailures.not_found({ message: 'This file has been replaced by a newer one. Ask for a new link.' });
  const find = (tx: Transaction) => findPart(tx, accountId, publicationId, page);
  const part = await services.database.tenant(accountId, async (tx) => {
    const found = await find(tx);
    if (found === undefined) return undefined;
    await recordEvent(tx, {
      accountId,
      action: 'file.downloaded',
      outcome: 'done',
      actorUserId: null,
      sessionId: null,
      workspaceId: null,
      objectIds: { publication_id: publicationId, page },
      client: actor.client,
      address,
      requestId,
    });
    return found;
  });
  if (part === undefined) return refuse(gone());
  const keys = await services.keyring.forAccount(accountId);
  const again = async () => {
    const found = await services.database.tenant(accountId, find);
    if (found === undefined) throw gone();
    return found;
  };
  return ofFile(part, again, (now) =>
    partReply(services, keys, now, headers['accept-encoding'], {
      'content-disposition': `attachment; filename="part-${String(page).padStart(6, '0')}.csv"`,
    }),
  );
}
