import { readFile, stat } from 'node:fs/promises';
import type { Manifest } from '@nudgescribe/sdk';
import { UsageMistake } from '../mistakes.ts';
import { approvalDigest } from './approval-digest.ts';
import type { Problem } from './problem.ts';

const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;
const FORMAT = 'nudgescribe-approval/1';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const areObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.every(isObject);

/** Reads a manifest as far as the checks need its shape. Throws UsageMistake when it is not there or is none. */
export async function readManifest(path: string): Promise<Manifest> {
  const notOne = (why: string) => new UsageMistake(`${path} ${why}. Name the manifest with --manifest.`);
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw notOne('is not there');
  if (found.size > MAX_MANIFEST_BYTES) throw notOne('is too large for a manifest');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw notOne('is not JSON');
  }
  if (
    !isObject(value) ||
    typeof value.campaign_id !== 'string' ||
    typeof value.run_number !== 'number' ||
    typeof value.rows !== 'number' ||
    !areObjects(value.columns) ||
    !areObjects(value.parts)
  )
    throw notOne('is not a manifest of Nudgescribe');
  const { approval } = value;
  if (approval != null) {
    const content = isObject(approval) ? approval.content : null;
    if (!isObject(approval) || !isObject(content) || !areObjects(content.messages) || !areObjects(approval.approvals))
      throw notOne('has an approval of no known shape');
    if (content.format !== FORMAT)
      throw new UsageMistake(
        `${path} has an approval of the format ${String(content.format)}; this version knows ${FORMAT}.`,
      );
  }
  return value as unknown as Manifest;
}

/** What the manifest itself contradicts: its sums, and whether its digest is the one of what it says was approved. */
export function manifestProblems(manifest: Manifest, expectedDigest: string | null): Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, message: string) => problems.push({ file: 'manifest.json', row: null, code, message });
  const sum = manifest.parts.reduce((total, part) => total + part.rows, 0);
  if (sum !== manifest.rows) add('rows_differ', `It says ${manifest.rows} rows in all; its parts have ${sum}.`);
  if (manifest.parts.some((part, index) => part.page !== index + 1))
    add('parts_incomplete', 'Its parts are not numbered 1, 2, 3 ….');
  const { approval } = manifest;
  if (approval == null) {
    add('not_approved', 'It has no approval: nothing says that these texts were approved.');
    return problems;
  }
  const digest = approvalDigest(approval.content);
  if (digest !== approval.digest || digest !== manifest.approval_digest)
    add('digest_differs', 'What it says was approved has another digest than it says.');
  if (expectedDigest !== null && digest !== expectedDigest)
    add('digest_unexpected', 'What it says was approved is not what you expected: the digest is another.');
  if (approval.content.campaign_id !== manifest.campaign_id || approval.content.run_number !== manifest.run_number)
    add('approval_of_another', 'Its approval is for another campaign or run.');
  const ids = approval.content.messages.map((message) => message.message_id);
  if (new Set(ids).size !== ids.length) add('message_twice', 'Its approval names a message twice.');
  const approvers = new Set(approval.approvals.map((given) => given.approved_by)).size;
  if (approval.basis === 'approved' && approvers < Math.max(1, approval.rules?.quorum ?? 1))
    add('quorum_missing', `It has ${approvers} approvers; the workspace asked for ${approval.rules?.quorum ?? 1}.`);
  return problems;
}
