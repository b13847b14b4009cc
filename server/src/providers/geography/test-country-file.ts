/** Bytes of a small database of countries in MaxMind DB format 2.0 (maxmind.github.io/MaxMind-DB), for IPv4 networks. */
export function countryFile(networks: readonly { network: string; country: string }[]): Buffer {
  const data: Buffer[] = [];
  const offsets = new Map<string, number>();
  let length = 0;
  for (const { country } of networks) {
    if (offsets.has(country)) continue;
    const record = map([['country', map([['iso_code', text(country)]])]]);
    offsets.set(country, length);
    data.push(record);
    length += record.length;
  }
  type Node = [Node | string | null, Node | string | null];
  const root: Node = [null, null];
  for (const { network, country } of networks) {
    const [address = '', bits = '32'] = network.split('/');
    const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    let node = root;
    for (let bit = 0; bit < Number(bits); bit += 1) {
      const side = Math.floor(number / 2 ** (31 - bit)) % 2 === 1 ? 1 : 0;
      if (bit === Number(bits) - 1) {
        node[side] = country;
        break;
      }
      const next = node[side];
      const below: Node = Array.isArray(next) ? next : [null, null];
      node[side] = below;
      node = below;
    }
  }
  const nodes: Node[] = [];
  const number = (node: Node) => {
    nodes.push(node);
    for (const side of node) if (Array.isArray(side)) number(side);
  };
  number(root);
  const tree = Buffer.concat(
    nodes.flatMap((node) =>
      node.map((side) => {
        const record = Buffer.alloc(3);
        const value =
          side === null
            ? nodes.length
            : Array.isArray(side)
              ? nodes.indexOf(side)
              : nodes.length + 16 + (offsets.get(side) ?? 0);
        record.writeUIntBE(value, 0, 3);
        return record;
      }),
    ),
  );
  const metadata = map([
    ['binary_format_major_version', unsigned(5, 2)],
    ['binary_format_minor_version', unsigned(5, 0)],
    ['build_epoch', Buffer.concat([Buffer.of(8, 2), Buffer.alloc(4), Buffer.of(0x60, 0, 0, 0)])],
    ['database_type', text('Test-Country')],
    ['description', map([['en', text('For tests')]])],
    ['ip_version', unsigned(5, 4)],
    ['languages', Buffer.of(0, 4)],
    ['node_count', unsigned(6, nodes.length)],
    ['record_size', unsigned(5, 24)],
  ]);
  const marker = Buffer.concat([Buffer.of(0xab, 0xcd, 0xef), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

const text = (value: string) => Buffer.concat([Buffer.of((2 << 5) | value.length), Buffer.from(value)]);

function unsigned(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  const short = bytes.subarray(
    bytes.findIndex((byte) => byte !== 0) === -1 ? 4 : bytes.findIndex((byte) => byte !== 0),
  );
  return Buffer.concat([Buffer.of((type << 5) | short.length), short]);
}

function map(entries: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([
    Buffer.of((7 << 5) | entries.length),
    ...entries.flatMap(([key, value]) => [text(key), value]),
  ]);
}
