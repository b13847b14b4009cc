import type { z } from 'zod';
import { idSchema } from '../src/platform/http/schemas.ts';
import { type AnyEndpoint, type Fields, ownExample } from './example-bodies.ts';

/** A place in a call where an id may stand. */
export type IdPlace = {
  /** Unlike any other place's. */
  name: string;
  /** What an id in this place stands for, by the key under which tests keep such ids. */
  kind: string;
  /** The call says nothing of the workspace: then ids of all that the caller sees are good. */
  anywhere: boolean;
  put(id: string): { body: Fields; inQuery?: true };
};

/** Ids that go by another name than what they stand for. Of the audit search, `object` may be any; campaigns leave events. */
const KIND_OF: Readonly<Record<string, string>> = {
  actor: 'user_id',
  workspace: 'workspace_id',
  object: 'campaign_id',
  before: 'event_id',
  repairs_import_id: 'import_id',
};

/** What must stand in the call, or be taken away, for the place to be looked at: by place or by call. */
export type Beside = Readonly<Record<string, Fields>>;

type Def = {
  type: string;
  innerType?: z.ZodType;
  element?: z.ZodType;
  options?: readonly z.ZodType[];
  shape?: Record<string, z.ZodType>;
};
const defOf = (schema: z.ZodType) => schema._zod.def as unknown as Def;

/** Told by what the schema was made from, or, where that was something else, by the name. */
const isId = (schema: z.ZodType, name: string) => schema._zod.def === idSchema._zod.def || /(_ids?|_code)$/.test(name);

/** The ways to the ids in a schema: names of keys, and [] for what is in a list. */
function waysToIds(schema: z.ZodType, way: readonly string[] = []): string[][] {
  const { type, innerType, element, options, shape } = defOf(schema);
  if (innerType !== undefined) return waysToIds(innerType, way);
  if (element !== undefined) return waysToIds(element, [...way, '[]']);
  if (options !== undefined) return options.flatMap((option) => waysToIds(option, way));
  if (shape !== undefined) return Object.entries(shape).flatMap(([name, inner]) => waysToIds(inner, [...way, name]));
  return type === 'string' && isId(schema, nameOf(way)) ? [[...way]] : [];
}

const nameOf = (way: readonly string[]) => way.findLast((step) => step !== '[]') ?? '';

/** Every place of an id in the call's body, found in its schema; for uploads also the one in the query string. */
export function idPlaces(endpoint: AnyEndpoint, own: Readonly<Record<string, string>>, beside: Beside): IdPlace[] {
  const { workspace_id: ofWorkspace } = endpoint.body.shape as Record<string, z.ZodType>;
  const mayBeAnywhere = ofWorkspace !== undefined && defOf(ofWorkspace).type === 'optional';
  return waysToIds(endpoint.body).flatMap((way): IdPlace[] => {
    const written = way.join('.').replaceAll('.[]', '[]');
    const name = `${endpoint.name} ${written}`;
    const example = { ...listsFilled(ownExample(endpoint, own), own), ...beside[endpoint.name], ...beside[name] };
    const named = nameOf(way);
    const kind = KIND_OF[named] ?? named.replace(/_ids$/, '_id');
    const filled = (steps: readonly string[], id: string): unknown => {
      const [step, ...rest] = steps;
      if (step === undefined) return id;
      const inner = filled(rest, id);
      return step === '[]' ? [inner] : { ...beside[`${name.slice(0, name.lastIndexOf('[]'))}[]`], [step]: inner };
    };
    const [first = '', ...rest] = way;
    const place: IdPlace = {
      name,
      kind,
      anywhere: false,
      put: (id) => ({ body: { ...example, [first]: filled(rest, id) } }),
    };
    const places = [place];
    if (mayBeAnywhere && named !== 'workspace_id') {
      const { workspace_id: _left, ...without } = example;
      places.push({
        ...place,
        name: `${name} (in any workspace)`,
        anywhere: true,
        put: (id) => ({ body: { ...without, [first]: filled(rest, id) } }),
      });
    }
    if (endpoint.intake === 'upload' && rest.length === 0) {
      const { customer_data: _rows, ...query } = example;
      places.push({
        ...place,
        name: `${name} (in the query)`,
        put: (id) => ({ body: { ...query, [first]: id }, inQuery: true }),
      });
    }
    return places;
  });
}

/** Lists of ids of the caller's own, as far as there are such. */
function listsFilled(example: Fields, own: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      const id = own[name.replace(/_ids$/, '_id')];
      return [name, name.endsWith('_ids') && id !== undefined ? [id] : value];
    }),
  );
}
