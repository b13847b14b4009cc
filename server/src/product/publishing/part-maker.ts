import { createHash } from 'node:crypto';
import { eachMember } from '../customers/copied-members.ts';
import { type OpeningKeys, portedOpeningKeys } from '../sealing/portable-keys.ts';
import { openProfiles } from '../sealing/profile-envelope.ts';
import { createProfileReader } from '../sealing/profile-reader.ts';
import { FRAME_BYTES, frameSealer, type ObjectSeal } from '../sealing/sealed-stream.ts';
import { type Assembler, createAssembler } from './assemble-rows.ts';
import type { PlanSource } from './export-plan.ts';
import { type GzipMember, gzipMember } from './gzip-member.ts';
import { newPage, type TextPage, writeBytes, writeText } from './text-page.ts';

/** What one file holds, and who got no row in it for which reason. */
export type PartCounts = {
  rows: number;
  bytes: number;
  /** What the file takes compressed; null when it is kept as it is. */
  gzip_bytes: number | null;
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
  /** The rest of the file, and the index of its rows (row-index.ts), which is not sealed yet. */
  finish(): { sealed: Bytes; index: Bytes; counts: PartCounts };
};

/** So much text is deflated at a time. */
const PACKED_AT_ONCE = 4 * FRAME_BYTES;

/** A file as it grows: lines on a page, sealed frames out, compressed in between where that is wanted. */
function growingFile(seal: ObjectSeal, page: TextPage, header: string, gzip: boolean) {
  const sealFrame = frameSealer(seal);
  const hash = createHash('sha256');
  const member = gzip ? gzipMember() : null;
  // What is sealed: the page itself, or what it was deflated to.
  const stored = member === null ? page : newPage();
  let bytes = 0;
  let storedBytes = 0;
  let ready: Buffer[] = [];
  page.length = 0;
  writeText(page, header);

  function sealFirst(length: number, isLast: boolean): void {
    const frame = stored.bytes.subarray(0, length);
    if (member === null) hash.update(frame);
    storedBytes += length;
    ready.push(sealFrame(frame, isLast));
    stored.bytes.copyWithin(0, length, stored.length);
    stored.length -= length;
  }
  function pack(packer: GzipMember): void {
    const text = page.bytes.subarray(0, page.length);
    hash.update(text);
    bytes += text.length;
    writeBytes(stored, packer.add(text));
    page.length = 0;
  }
  /** A full frame is sealed only when more follows: whether it is the last is not known before. */
  function sealFull(): void {
    if (member !== null && page.length >= PACKED_AT_ONCE) pack(member);
    while (stored.length > FRAME_BYTES) sealFirst(FRAME_BYTES, false);
  }

  return {
    sealFull,
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
      if (member !== null) {
        pack(member);
        writeBytes(stored, member.end());
      }
      sealFull();
      sealFirst(stored.length, true);
      const sha256 = hash.digest('hex');
      return member === null
        ? { bytes: storedBytes, gzip_bytes: null, sha256 }
        : { bytes, gzip_bytes: storedBytes, sha256 };
    },
  };
}

const noCounts = () => ({ rows: 0, customers: 0, unmatched: 0, ineligible: 0, suppressed: 0, held_out: 0 });

/** Makes the files of one export; its plan may be handed to a thread. */
export function createPartMaker(source: PlanSource): PartMaker {
  const { accountId, workspaceId } = source.shape;
  const assembler: Assembler = createAssembler(source);
  const page = newPage();
  const index = newPage();
  const profile = createProfileReader();
  let counts = noCounts();
  let file: (ReturnType<typeof growingFile> & { keys: ReturnType<typeof portedOpeningKeys> }) | null = null;

  function add(customerId: Uint8Array, plaintext: Buffer): void {
    profile.read(plaintext);
    const assembled = assembler.assemble(page, index, customerId, profile.valueOf);
    if ('why' in assembled) {
      counts[assembled.why] += 1;
      return;
    }
    if (assembled.heldOut) counts.held_out += 1;
    counts.rows += assembled.rows;
    file?.sealFull();
  }

  return {
    begin: (seal, keys) => {
      counts = noCounts();
      index.length = 0;
      file = { ...growingFile(seal, page, assembler.header, source.gzip), keys: portedOpeningKeys(keys) };
    },
    feed: (members, suppressed) => {
      if (file === null) throw new Error('No file was begun.');
      const profiles: { customerId: Uint8Array; envelope: Buffer }[] = [];
      eachMember(members, (position, customerId, envelope) => {
        counts.customers += 1;
        if (suppressed.has(position)) counts.suppressed += 1;
        else profiles.push({ customerId, envelope });
      });
      openProfiles(file.keys, { accountId, workspaceId }, profiles, (plaintext, { customerId }) =>
        add(customerId, plaintext),
      );
      return file.take();
    },
    finish: () => {
      if (file === null) throw new Error('No file was begun.');
      const facts = file.end();
      const sealed = file.take();
      file = null;
      return {
        sealed,
        index: new Uint8Array(index.bytes.subarray(0, index.length)),
        counts: { ...counts, ...facts },
      };
    },
  };
}
