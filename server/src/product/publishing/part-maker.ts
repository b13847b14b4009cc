import { createHash } from 'node:crypto';
import { eachCopiedRow } from '../../platform/database/copy-out.ts';
import { type OpeningKeys, portedOpeningKeys } from '../sealing/portable-keys.ts';
import { openProfiles } from '../sealing/profile-envelope.ts';
import { FRAME_BYTES, frameSealer, type ObjectSeal } from '../sealing/sealed-stream.ts';
import { MEMBER_FIELDS } from '../snapshots/snapshot.ts';
import { type Assembler, createAssembler } from './assemble-rows.ts';
import type { PlanSource } from './export-plan.ts';

/** What one file holds, and who got no row in it for which reason. */
export type PartCounts = {
  rows: number;
  bytes: number;
  sha256: string;
  customers: number;
  unmatched: number;
  ineligible: number;
  suppressed: number;
  held_out: number;
};

type Bytes = Uint8Array<ArrayBuffer>;

/** Makes one file after the other: sealed members in, the sealed file out, piece by piece. */
export type PartMaker = {
  /** With the keys that open the profiles of this file. */
  begin(seal: ObjectSeal, keys: OpeningKeys): void;
  /** The next members in joining order, and the places of those that are suppressed. Returns what of the file is ready. */
  feed(members: Uint8Array, suppressed: ReadonlySet<number>): Bytes;
  finish(): { sealed: Bytes; counts: PartCounts };
};

const TEXT_AT_ONCE = 64 * 1024;

/** A file as it grows: text in, sealed frames out. */
function growingFile(seal: ObjectSeal, header: string) {
  const sealFrame = frameSealer(seal);
  const hash = createHash('sha256');
  const frame = Buffer.allocUnsafeSlow(FRAME_BYTES);
  let filled = 0;
  let bytes = 0;
  let text = header;
  let ready: Buffer[] = [];

  function flush(): void {
    const encoded = Buffer.from(text, 'utf8');
    text = '';
    bytes += encoded.length;
    hash.update(encoded);
    for (let at = 0; at < encoded.length; ) {
      // A full frame is sealed only when more follows: whether it is the last is not known before.
      if (filled === FRAME_BYTES) {
        ready.push(sealFrame(frame, false));
        filled = 0;
      }
      const copied = encoded.copy(frame, filled, at, at + FRAME_BYTES - filled);
      filled += copied;
      at += copied;
    }
  }

  return {
    write: (line: string) => {
      text += line;
      if (text.length >= TEXT_AT_ONCE) flush();
    },
    take: (): Bytes => {
      const taken = new Uint8Array(ready.reduce((sum, piece) => sum + piece.length, 0));
      let at = 0;
      for (const piece of ready) {
        taken.set(piece, at);
        at += piece.length;
      }
      ready = [];
      return taken;
    },
    end: () => {
      flush();
      ready.push(sealFrame(frame.subarray(0, filled), true));
      return { bytes, sha256: hash.digest('hex') };
    },
  };
}

const noCounts = () => ({ rows: 0, customers: 0, unmatched: 0, ineligible: 0, suppressed: 0, held_out: 0 });

function positionAt(view: DataView, at: number): number {
  return view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
}

/** Makes the files of one export; its plan may be handed to a thread. */
export function createPartMaker(source: PlanSource): PartMaker {
  const { accountId, workspaceId } = source.shape;
  const assembler: Assembler = createAssembler(source);
  let counts = noCounts();
  let file: (ReturnType<typeof growingFile> & { keys: ReturnType<typeof portedOpeningKeys> }) | null = null;

  function add(customerId: Uint8Array, plaintext: Buffer): void {
    const values = JSON.parse(plaintext.toString('utf8')) as Record<number, string>;
    const assembled = assembler.assemble(customerId, (slot) => values[slot]);
    if ('why' in assembled) {
      counts[assembled.why] += 1;
      return;
    }
    if (assembled.heldOut) counts.held_out += 1;
    counts.rows += assembled.lines.length;
    for (const line of assembled.lines) file?.write(line);
  }

  return {
    begin: (seal, keys) => {
      counts = noCounts();
      file = { ...growingFile(seal, assembler.header), keys: portedOpeningKeys(keys) };
    },
    feed: (members, suppressed) => {
      if (file === null) throw new Error('No file was begun.');
      const bytes = Buffer.from(members.buffer, members.byteOffset, members.length);
      const view = new DataView(members.buffer, members.byteOffset, members.length);
      const profiles: { customerId: Uint8Array; envelope: Buffer }[] = [];
      eachCopiedRow(members, MEMBER_FIELDS, (starts, lengths) => {
        const [position = 0, id = 0, profile = 0] = starts;
        counts.customers += 1;
        if (suppressed.has(positionAt(view, position))) counts.suppressed += 1;
        else
          profiles.push({
            customerId: bytes.subarray(id, id + 16),
            envelope: bytes.subarray(profile, profile + (lengths[2] ?? 0)),
          });
        return true;
      });
      let next = 0;
      openProfiles(file.keys, { accountId, workspaceId }, profiles, (plaintext) => {
        const profile = profiles[next];
        next += 1;
        if (profile !== undefined) add(profile.customerId, plaintext);
      });
      return file.take();
    },
    finish: () => {
      if (file === null) throw new Error('No file was begun.');
      const { bytes, sha256 } = file.end();
      const sealed = file.take();
      file = null;
      return { sealed, counts: { ...counts, bytes, sha256 } };
    },
  };
}
