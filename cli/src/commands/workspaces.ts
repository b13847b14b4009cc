import type { Command } from 'commander';
import { Unsuccessful } from '../mistakes.ts';
import { chooseWorkspace, openClient } from '../session.ts';
import { loginPath, readLogin, writeLogin } from '../settings.ts';
import { tableText } from '../table.ts';
import { openTerminal } from '../terminal.ts';

async function listWorkspaces(options: { json?: true }): Promise<void> {
  const terminal = openTerminal();
  const { client, savedWorkspace } = await openClient();
  const workspaces = await client.workspaces.list({});
  if (options.json) return terminal.print(JSON.stringify(workspaces, null, 2));
  terminal.print(
    tableText(
      ['workspace', 'id', 'used'],
      workspaces.map(({ workspace_id, workspace_name }) => [
        workspace_name,
        workspace_id,
        workspace_id === savedWorkspace ? 'yes' : '',
      ]),
    ),
  );
}

async function useWorkspace(wish: string): Promise<void> {
  const terminal = openTerminal();
  const path = loginPath(process.env);
  const { client } = await openClient();
  const workspaceId = await chooseWorkspace(client, wish);
  const login = await readLogin(path);
  if (login === null)
    throw new Unsuccessful('No login is kept here to remember a workspace in. Set NUDGESCRIBE_WORKSPACE instead.');
  await writeLogin(path, { ...login, workspace_id: workspaceId });
  terminal.print('From now on commands work in this workspace.');
}

async function createWorkspace(name: string, options: { json?: true }): Promise<void> {
  const terminal = openTerminal();
  const { client } = await openClient();
  const made = await client.workspaces.create({ workspace_name: name });
  if (options.json) return terminal.print(JSON.stringify(made, null, 2));
  terminal.print(`The workspace "${made.workspace_name}" is there: ${made.workspace_id}`);
  terminal.note(`Next: nudgescribe workspaces use ${made.workspace_id}`);
}

export function addWorkspaceCommands(program: Command): void {
  const workspaces = program.command('workspaces').description('list workspaces, make one, or choose one');
  workspaces
    .command('list', { isDefault: true })
    .description('list the workspaces you may use')
    .option('--json', 'answer as JSON')
    .action(listWorkspaces);
  workspaces
    .command('create <name>')
    .description('make a workspace; it begins without fields and customers')
    .option('--json', 'answer as JSON')
    .action(createWorkspace);
  workspaces.command('use <workspace>').description('work in this workspace from now on').action(useWorkspace);
}
