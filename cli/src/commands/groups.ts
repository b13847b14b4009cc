import type { Command } from 'commander';
import { findGroup } from '../lookup.ts';
import { UsageMistake } from '../mistakes.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { tableText, thousands } from '../table.ts';

async function listGroups(options: CommonOptions & { json?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const groups = await client.groups.list({ workspace_id: workspaceId });
  if (options.json) return terminal.print(JSON.stringify(groups, null, 2));
  terminal.print(
    tableText(
      ['group', 'id', 'made'],
      groups.map((group) => [group.group_name, group.customer_group_id, group.created_at.slice(0, 10)]),
    ),
  );
  if (groups.length === 0) terminal.note('No groups yet. "nudgescribe groups create NAME" makes one.');
}

async function createGroup(name: string, options: CommonOptions): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const group = await client.groups.create({ workspace_id: workspaceId, group_name: name });
  terminal.print(`The group "${group.group_name}" was made: ${group.customer_group_id}`);
}

async function renameGroup(wish: string, name: string, options: CommonOptions): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { customer_group_id } = await findGroup(client, workspaceId, wish);
  await client.groups.rename({ workspace_id: workspaceId, customer_group_id, group_name: name });
  terminal.print(`The group is now called "${name}".`);
}

async function showGroup(wish: string, options: CommonOptions & { json?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const group = await findGroup(client, workspaceId, wish);
  const { total_customers } = await client.customers.pages({
    workspace_id: workspaceId,
    customer_group_id: group.customer_group_id,
  });
  if (options.json) return terminal.print(JSON.stringify({ ...group, total_customers }, null, 2));
  terminal.print(`"${group.group_name}" has ${thousands(total_customers)} customers: ${group.customer_group_id}`);
}

async function removeGroup(
  wish: string,
  options: CommonOptions & { deleteCustomers?: true; yes?: true },
): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { customer_group_id, group_name } = await findGroup(client, workspaceId, wish);
  if (!options.yes) {
    if (!terminal.isInteractive) throw new UsageMistake('Say --yes if you mean to remove the group.');
    const too = options.deleteCustomers ? ' and erase its customers who are in no other group' : '';
    if (!/^y(es)?$/i.test(await terminal.ask(`Remove "${group_name}"${too}? [y/N] `)))
      return terminal.print('Nothing was removed.');
  }
  const done = await client.groups.delete({
    workspace_id: workspaceId,
    customer_group_id,
    delete_customers: options.deleteCustomers,
  });
  terminal.print(done.message);
}

export function addGroupCommands(program: Command): void {
  const groups = program.command('groups').description('groups of customers');
  groups
    .command('list', { isDefault: true })
    .description('list the groups')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(listGroups);
  groups.command('create <name>').description('make a group').option('--workspace <id or name>').action(createGroup);
  groups
    .command('show <group>')
    .description('how many customers a group has')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(showGroup);
  groups
    .command('rename <group> <name>')
    .description('give a group another name')
    .option('--workspace <id or name>')
    .action(renameGroup);
  groups
    .command('remove <group>')
    .description('remove a group; its customers stay unless you say otherwise')
    .option('--delete-customers', 'also erase the customers who are in no other group')
    .option('--yes', 'do not ask')
    .option('--workspace <id or name>')
    .action(removeGroup);
}
