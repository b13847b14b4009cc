import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { accountFailures } from './errors.ts';
import { isLowered, type ReviewRules } from './review-rules.ts';
import { lockWorkspace, updateWorkspace, type WorkspaceRow } from './store.ts';

type Wish = {
  name: string | undefined;
  review: { two_person?: boolean | undefined; quorum?: number | undefined } | undefined;
};

/** What the audit event tells of changed rules: before, after, and whether they ask less now. */
function toldOf(before: ReviewRules, after: ReviewRules): Record<string, number | boolean> {
  return {
    two_person_before: before.two_person,
    two_person: after.two_person,
    quorum_before: before.quorum,
    quorum: after.quorum,
    lowered: isLowered(before, after),
  };
}

/**
 * Renames a workspace, changes its review rules, or both. Rules hold from the next approval on: what is approved by then
 * stays approved. Throws nothing_to_change, workspace_name_taken, workspace_forbidden (403).
 */
export async function changeWorkspace(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  wish: Wish,
): Promise<{ workspace: WorkspaceRow; told: Record<string, number | boolean> }> {
  const { name, review } = wish;
  if (name === undefined && review?.two_person === undefined && review?.quorum === undefined)
    throw accountFailures.nothing_to_change();
  const before = await lockWorkspace(tx, accountId, workspaceId);
  // Deleted since the caller was let in.
  if (before === undefined) throw platformFailures.workspace_forbidden();
  const workspace = await updateWorkspace(tx, {
    ...before,
    workspace_name: name ?? before.workspace_name,
    review_two_person: review?.two_person ?? before.review_two_person,
    review_quorum: review?.quorum ?? before.review_quorum,
  });
  const rulesOf = (row: WorkspaceRow) => ({ two_person: row.review_two_person, quorum: row.review_quorum });
  return { workspace, told: review === undefined ? {} : toldOf(rulesOf(before), rulesOf(workspace)) };
}
