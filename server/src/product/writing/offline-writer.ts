import { type Chooser, createChooser } from './chooser.ts';
import { compose } from './compose.ts';
import { type Material, readMaterial } from './material.ts';
import type { SegmentAngle } from './segment-angle.ts';
import { readSegment } from './segment-sentence.ts';
import { TECHNIQUES, type Technique } from './techniques.ts';
import type { WriteRequest, Writer, WrittenMessage } from './writer.ts';

/** How much one reason outweighs the hash, whose noise is 1,000 wide. */
const SUITS_OBJECTIVE = 400;
const SUITS_STANDING = 250;
const ASKED_FOR = 5_000;
const IS_DEADLINE = 600;

/**
 * Techniques in the order this segment should have them: those that suit objective and standing first, in an order that
 * differs between segments. A deadline is spoken of only where the message will show one.
 */
function ranked(request: WriteRequest, material: Material, angle: SegmentAngle, choose: Chooser): Technique[] {
  const wish = (request.guidance ?? '').toLowerCase();
  const { objective } = request.brief;
  return TECHNIQUES.filter((technique) => technique.id !== 'deadline' || material.hasDeadline)
    .map((technique) => {
      const standings: readonly string[] = technique.standing;
      const merit =
        (technique.suits?.test(objective) === true ? SUITS_OBJECTIVE : 0) +
        // Pots and purposes are odd company for anything but money.
        (technique.id === 'mental_accounting' && !technique.suits.test(objective) ? -SUITS_OBJECTIVE : 0) +
        (angle.standing !== null && standings.includes(angle.standing) ? SUITS_STANDING : 0) +
        (technique.id === 'deadline' ? IS_DEADLINE * (material.tone === 'urgent' ? 2 : 1) : 0) +
        (wish !== '' && wish.includes(technique.name.toLowerCase()) ? ASKED_FOR : 0);
      return { technique, rank: choose(1_000) - merit };
    })
    .sort((left, right) => left.rank - right.rank)
    .map(({ technique }) => technique);
}

/** What was read last, for the next segments of the same campaign: brief, channel, fields and guidance decide it alone. */
const MATERIALS_KEPT = 16;
const materials = new Map<string, Material>();

function materialOf(request: WriteRequest, key: string): Material {
  const known = materials.get(key);
  if (known !== undefined) return known;
  const material = readMaterial(request);
  const [oldest] = materials.keys();
  if (oldest !== undefined && materials.size >= MATERIALS_KEPT) materials.delete(oldest);
  materials.set(key, material);
  return material;
}

/** It asks nobody, so it needs no book. */
type OfflineWriter = Omit<Writer, 'write'> & {
  write(request: WriteRequest, signal?: AbortSignal): Promise<WrittenMessage[]>;
};

/**
 * The built-in writer: needs no key and no network, and gives the same text for the same request. It says nothing that
 * the brief does not say; objective and audience notes steer the choice of technique and are never quoted. It writes
 * English, German, French and Spanish in six tones. Guidance changes what the hash chooses; "shorter", a tone, "per du",
 * "vous", "without greeting" and the name of a technique are understood.
 */
export const offlineWriter: OfflineWriter = {
  name: 'offline',
  version: '4',
  concurrency: 1,
  write: async (request) => {
    const { brief, channel, segment, guidance } = request;
    const key = JSON.stringify([brief, channel, request.merge_fields, guidance]);
    const material = materialOf(request, key);
    const seed = JSON.stringify([request.seed, brief, channel, segment, guidance]);
    const choose = createChooser(seed);
    const about = readSegment(segment.attributes, material, brief.objective);
    const order = ranked(request, material, about.angle, choose);
    const turn = choose(60);
    return Array.from({ length: request.variants }, (_, index) => {
      const technique = order[index % order.length] ?? TECHNIQUES[0];
      const text = compose(
        technique.id,
        material,
        about,
        turn + index,
        `${seed}\n${index}\n${technique.id}`,
        channel.max_length,
      );
      return { variant: index + 1, ...text, technique: technique.id };
    });
  },
};
