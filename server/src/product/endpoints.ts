import type { Endpoint } from '../platform/http/endpoint.ts';
import { accountEndpoints } from './accounts/endpoints.ts';
import { groupEndpoints } from './groups/endpoints.ts';
import { identityEndpoints } from './identity/endpoints.ts';
import { jobEndpoints } from './jobs/endpoints.ts';
import type { JobKind } from './jobs/job.ts';
import type { Services } from './services.ts';

/** The whole API, in the order a reader meets it. A route that is not here does not exist. */
export const endpoints: readonly Endpoint<Services>[] = [
  ...identityEndpoints,
  ...accountEndpoints,
  ...groupEndpoints,
  ...jobEndpoints,
];

/** Every kind of background work. */
export const jobKinds: readonly JobKind<Services>[] = [];
