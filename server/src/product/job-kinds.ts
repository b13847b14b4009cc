import { erasureJob } from './customers/erase-people.ts';
import { fieldValuesMoveJob, fieldValuesRemovalJob } from './customers/field-values-jobs.ts';
import { segmentErasureJob } from './emptied-segments/erase-segments.ts';
import { campaignGenerationJob, messageRewritingJob } from './generation/jobs.ts';
import { customerImportJob } from './imports/run-import.ts';
import { uploadsRemovalJob } from './imports/sweep-uploads.ts';
import type { JobKind } from './jobs/job.ts';
import { keyRotationJob } from './keys/rotate-account-keys.ts';
import { fileErasureJob } from './publishing/erase-from-files.ts';
import { exportShareJob, messagesExportJob } from './publishing/export-messages.ts';
import { filesRemovalJob } from './publishing/sweep-files.ts';
import { fullCheckJob } from './reviews/full-check-job.ts';
import type { Services } from './services.ts';

/** Every kind of background work. */
export const jobKinds: readonly JobKind<Services>[] = [
  fieldValuesRemovalJob,
  fieldValuesMoveJob,
  erasureJob,
  customerImportJob,
  uploadsRemovalJob,
  campaignGenerationJob,
  messageRewritingJob,
  fullCheckJob,
  messagesExportJob,
  exportShareJob,
  filesRemovalJob,
  fileErasureJob,
  segmentErasureJob,
  keyRotationJob,
];
