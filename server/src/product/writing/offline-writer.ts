import { type Chooser, createChooser } from './chooser.ts';
import { compose } from './compose.ts';
import { type Material, readMaterial } from './material.ts';
import { TECHNIQUES, type Technique } from './techniques.ts';
import type { WriteRequest, Writer } from './writer.ts';

/** How much one reason outweighs the hash, whose noise is 1,000 wide. */
const SUITS_OBJECTIVE = 400;
const SUITS_STANDING = 250;
const ASKED_FOR = 5_000;
const IS_DEADLINE = 600;

/**
 * Techniques in the order this segment should have them: those that suit objective and standing first, in an order that
 * differs between segments. A deadline is spoken of only where the message will show one.
 */
function ranked(request: WriteRequest, material: Material, choose: Chooser): Technique[] {
  const wish = (request.guidance ?? '').toLowerCase();
  const { objective } = request.brief;
  return TECHNIQUES.filter((technique) => technique.id !== 'deadline' || material.hasDeadline)
    .map((technique) => {
      const standings: readonly string[] = technique.standing;
      const merit =
        (technique.suits?.test(objective) === true ? SUITS_OBJECTIVE : 0) +
        // Pots and purposes are odd company for anything but money.
        (technique.id === 'mental_accounting' && !technique.suits.test(objective) ? -SUITS_OBJECTIVE : 0) +
        (material.angle.standing !== null && standings.includes(material.angle.standing) ? SUITS_STANDING : 0) +
        (technique.id === 'deadline' ? IS_DEADLINE : 0) +
        (wish !== '' && wish.includes(technique.name.toLowerCase()) ? ASKED_FOR : 0);
      return { technique, rank: choose(1_000) - merit };
    })
    .sort((left, right) => left.rank - right.rank)
    .map(({ technique }) => technique);
}

/**
 * The built-in writer: needs no key and no network, and gives the same text for the same request. It says nothing that
 * the brief does not say; objective and audience notes steer the choice of technique and are never quoted. It writes
 * English, whatever language the brief names. Guidance changes what the hash chooses; "shorter", "warmer", "more formal",
 * "without greeting" and the name of a technique are understood.
 */
export const offlineWriter: Writer = {
  name: 'offline',
  version: '3',
  concurrency: 1,
  write: async (request) => {
    const { brief, channel, segment, guidance } = request;
    const seed = JSON.stringify([request.seed, brief, channel, segment, guidance]);
    const choose = createChooser(seed);
    const material = readMaterial(request, choose);
    const order = ranked(request, material, choose);
    return Array.from({ length: request.variants }, (_, index) => {
      const technique = order[index % order.length] ?? TECHNIQUES[0];
      const text = compose(technique.id, material, createChooser(`${seed}\n${index}\n${technique.id}`));
      return { variant: index + 1, ...text, preheader: null, technique: technique.id };
    });
  },
};
