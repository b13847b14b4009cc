import type { Transaction } from '../../platform/database/database.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { reachesAll, requireHolding, workspacesOf } from '../roles/permission.ts';
import { PERMISSIONS } from '../roles/roles.ts';
import type { KeyLimits } from './store.ts';

type Place = string | 'everywhere';

const NOTHING: ReadonlySet<string> = new Set();

const placesOf = ({ workspace_ids }: KeyLimits): readonly Place[] => workspace_ids ?? ['everywhere'];

/** What the key lets those do in this place whose role lets them. */
function letsDo(key: KeyLimits, place: Place): ReadonlySet<string> {
  const reaches = key.workspace_ids === null || key.workspace_ids.includes(place);
  if (!reaches) return NOTHING;
  return key.permissions === null ? PERMISSIONS : new Set(key.permissions);
}

/** A key that ends later is a key of its own for the time between. */
const endsLater = (before: KeyLimits, after: KeyLimits) =>
  before.expires_at !== null && (after.expires_at === null || after.expires_at > before.expires_at);

/**
 * Throws grants_too_much (403) unless the caller holds, wherever the key is to reach, all that it did not let do before. Who
 * signs in by a key may have no other way in, and so gains what is taken off its limits. `before` is null for a new key.
 */
export async function requireHoldingFreed(
  tx: Transaction,
  actor: Actor,
  before: KeyLimits | null,
  after: KeyLimits,
): Promise<void> {
  const earlier = before === null || endsLater(before, after) ? null : before;
  const freed = placesOf(after).map((place) => {
    const had = earlier === null ? NOTHING : letsDo(earlier, place);
    return { place, permissions: [...letsDo(after, place)].filter((permission) => !had.has(permission)) };
  });
  if (freed.every(({ permissions }) => permissions.length === 0)) return;
  // Also in workspaces that were deleted since, which a key may still name.
  if (await reachesAll(tx, actor)) {
    for (const { permissions } of freed) requireHolding(actor.permissions, permissions);
    return;
  }
  const held = new Map((await workspacesOf(tx, actor)).map((one) => [one.workspace_id, one.permissions]));
  for (const { place, permissions } of freed) requireHolding(held.get(place) ?? NOTHING, permissions);
}
