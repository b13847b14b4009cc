import { type Complaint, importsOf, isTest, type SourceFile, targetOf } from './source-file.ts';

const PRODUCT = 'server/src/product/';

/** The product folders in their written order, from ARCHITECTURE.md's picture. */
export function productOrder(architecture: string): string[] {
  const picture = architecture.slice(architecture.indexOf('product/ '), architecture.indexOf('endpoints.ts  '));
  return [...picture.matchAll(/^ {6}([a-z][a-z-]*) {2,}/gm)].map((match) => match[1] ?? '');
}

/** Who may import what. Tests may import everything below them, and are not looked at. */
export function roomRule(file: SourceFile, order: readonly string[]): Complaint[] {
  if (isTest(file.path)) return [];
  return importsOf(file).flatMap(({ module, line, typeOnly }) => {
    const advice = module.startsWith('.')
      ? refusedTarget(file.path, targetOf(file, module), typeOnly, order)
      : refusedPackage(file.path, module);
    return advice === null ? [] : [{ path: file.path, line, advice }];
  });
}

function refusedPackage(path: string, module: string): string | null {
  if (path.startsWith('sdk/'))
    return 'The SDK has no dependencies and runs in browsers too: use what the platforms share, such as fetch.';
  if (/^(cli|demo|console)\//.test(path) && module.startsWith('@nudgescribe/') && module !== '@nudgescribe/sdk')
    return 'The CLI, the demo and the console talk to the server through @nudgescribe/sdk only.';
  if (path.startsWith('server/src/') && module.startsWith('@nudgescribe/'))
    return 'The server knows none of its clients.';
  return null;
}

function refusedTarget(path: string, target: string, typeOnly: boolean, order: readonly string[]): string | null {
  const room = (of: string) =>
    /^(?:server\/src\/(product|providers|platform)\/|(sdk|cli|demo|console|bootstrap)\/)/.exec(of);
  const [, from = undefined, client = undefined] = room(path) ?? [];
  if (client !== undefined) {
    return target.startsWith(`${client}/`)
      ? null
      : `${client} stands alone: it reaches the rest through @nudgescribe/sdk or by starting a process.`;
  }
  if (/^(sdk|cli|demo|console)\//.test(target) && path.startsWith('server/src/'))
    return 'The server knows none of its clients.';
  if (from === undefined) return null;
  const [, to = undefined] = room(target) ?? [];
  if (from === 'platform' && to !== 'platform')
    return 'platform is what any product would need: it imports from platform only. Take what you need as a parameter.';
  if (from === 'providers' && to !== 'providers' && to !== 'platform')
    return "providers wrap other people's systems: they import from providers and platform only.";
  if (from === 'product') return refusedInProduct(path, target, to, typeOnly, order);
  return null;
}

function refusedInProduct(
  path: string,
  target: string,
  to: string | undefined,
  typeOnly: boolean,
  order: readonly string[],
): string | null {
  if (to === undefined)
    return target === 'server/src/config.ts' && typeOnly
      ? null
      : 'product is built by app.ts and never imports from above: take it from services.';
  if (to !== 'product') return null;
  const [fromFolder = '', ...fromRest] = path.slice(PRODUCT.length).split('/');
  const [toFolder = '', ...toRest] = target.slice(PRODUCT.length).split('/');
  if (fromFolder === toFolder || (toRest.length === 0 && toFolder === 'services.ts')) return null;
  // The files beside the folders: the table, the services' type, the words of the API description.
  if (fromRest.length === 0) return null;
  if (toRest.length === 0) return `${toFolder} is put together from all capabilities, so none of them may import it.`;
  const [before, after] = [order.indexOf(toFolder), order.indexOf(fromFolder)];
  if (after === -1) return `Give ${fromFolder} its place in ARCHITECTURE.md's list of product folders.`;
  if (before === -1) return `Give ${toFolder} its place in ARCHITECTURE.md's list of product folders.`;
  if (before > after)
    return `${fromFolder} stands before ${toFolder}: let ${toFolder} call this one, or let a job carry the news.`;
  if (/(^|-)(store|endpoints)\.ts$/.test(toRest.at(-1) ?? ''))
    return `${toRest.at(-1)} is ${toFolder}'s own: export what you need from a verb or noun file there.`;
  return null;
}
