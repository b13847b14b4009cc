import type { Endpoint } from '../platform/http/endpoint.ts';
import { accountEndpoints } from './accounts/account-endpoints.ts';
import { workspaceEndpoints } from './accounts/workspace-endpoints.ts';
import { apiKeyEndpoints } from './api-keys/endpoints.ts';
import { auditEndpoints } from './audit/endpoints.ts';
import { campaignEndpoints } from './campaigns/endpoints.ts';
import { checkEndpoints } from './checks/endpoints.ts';
import { customerEndpoints } from './customers/endpoints.ts';
import { fieldEndpoints } from './fields/endpoints.ts';
import { generationEndpoints } from './generation/endpoints.ts';
import { groupEndpoints } from './groups/endpoints.ts';
import { identityEndpoints } from './identity/endpoints.ts';
import { importEndpoints } from './imports/endpoints.ts';
import { inferEndpoints } from './imports/infer-fields.ts';
import { jobEndpoints } from './jobs/endpoints.ts';
import { modelCallEndpoints } from './model-calls/endpoints.ts';
import { personExportEndpoints } from './person-export/endpoints.ts';
import { publishingEndpoints } from './publishing/endpoints.ts';
import { rerunEndpoints } from './reruns/endpoints.ts';
import { reviewEndpoints } from './reviews/endpoints.ts';
import { queueEndpoints } from './reviews/queue-endpoints.ts';
import { roleEndpoints } from './roles/endpoints.ts';
import type { Services } from './services.ts';
import { suppressionEndpoints } from './suppressions/endpoints.ts';
import { usageEndpoints } from './usage/endpoints.ts';

/** The whole API, in the order a reader meets it. A route that is not here does not exist. */
export const endpoints: readonly Endpoint<Services>[] = [
  ...identityEndpoints,
  ...roleEndpoints,
  ...apiKeyEndpoints,
  ...accountEndpoints,
  ...workspaceEndpoints,
  ...groupEndpoints,
  ...fieldEndpoints,
  ...inferEndpoints,
  ...customerEndpoints,
  ...personExportEndpoints,
  ...suppressionEndpoints,
  ...importEndpoints,
  ...campaignEndpoints,
  ...generationEndpoints,
  ...modelCallEndpoints,
  ...checkEndpoints,
  ...queueEndpoints,
  ...reviewEndpoints,
  ...publishingEndpoints,
  ...rerunEndpoints,
  ...jobEndpoints,
  ...auditEndpoints,
  ...usageEndpoints,
];
