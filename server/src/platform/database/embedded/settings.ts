import { statfs } from 'node:fs/promises';

/** Below this, parallel queries could exhaust /dev/shm (containers often have 64 MB there). */
const ROOMY_SHARED_MEMORY_BYTES = 512 * 1024 ** 2;

/** Sized for two cores and large imports. */
const WORKING_SETTINGS = {
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '256MB',
  effective_cache_size: '1GB',
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  // The shipped build has no lz4, and pglz would cost the imports more than the disk it saves.
  wal_compression: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  jit: 'off',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] ',
};

/**
 * No customer's value may reach the log. Statements and parameters are never logged; messages of errors quote values
 * ("invalid input syntax … "), so errors of statements are not logged at all (the server hears of them), only what
 * Postgres says of itself; and of that no DETAIL, which quotes keys and, after a crash, the statement.
 */
const LOG_SETTINGS = {
  logging_collector: 'on',
  log_destination: 'stderr',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_file_mode: '0600',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_duration: 'off',
  log_lock_waits: 'off',
  log_temp_files: '-1',
  log_autovacuum_min_duration: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** All settings of the embedded database, as Postgres names them. `overrides` win, but never over what keeps the log clean. */
export async function clusterSettings(overrides: Record<string, string>): Promise<Record<string, string>> {
  const shared = await statfs('/dev/shm').catch(() => null);
  const roomy = shared === null || shared.blocks * shared.bsize >= ROOMY_SHARED_MEMORY_BYTES;
  return {
    ...WORKING_SETTINGS,
    ...(roomy ? {} : { dynamic_shared_memory_type: 'mmap' }),
    ...overrides,
    ...LOG_SETTINGS,
  };
}

/** Settings as arguments of the postgres program. */
export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
