import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLongForm } from '../form.ts';
import { importTrack, type Kills } from './import-track.ts';

// Short in npm test; npm run test:crash kills at least fifty processes.
const form = isLongForm
  ? { tracks: 6, rounds: 8, victims: 3, kills: 50 }
  : { tracks: 2, rounds: 1, victims: 1, kills: 1 };

test(`imports whose servers and workers are killed (${form.tracks} × ${form.rounds} files)`, async (t) => {
  const told: Kills = { kills: 0, points: new Map(), imports: 0 };
  const seed = Number(process.env.NUDGESCRIBE_TEST_SEED ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`seed ${seed} (NUDGESCRIBE_TEST_SEED=${seed} runs the same files and kills again)`);
  await Promise.all(Array.from({ length: form.tracks }, (_, track) => importTrack(seed + track, form, told)));
  const points = [...told.points].sort().map(([point, times]) => `${point} ${times}`);
  t.diagnostic(`${told.imports} imports, ${told.kills} processes killed: ${points.join(', ')}`);
  assert.ok(told.kills >= form.kills, `only ${told.kills} processes were killed`);
});
