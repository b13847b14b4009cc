import type { FieldsCreateBody } from '@nudgescribe/sdk';
import { type Command, Option } from 'commander';
import { UsageMistake } from '../mistakes.ts';
import { withProgress } from '../progress.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { tableText } from '../table.ts';

type AddOptions = CommonOptions & {
  type: FieldsCreateBody['field_type'];
  format?: string;
  displayName?: string;
  required?: true;
  unique?: true;
  open?: true;
  option?: string[];
  rules?: string;
};

const flags = (field: { is_unique: boolean; is_required: boolean; is_sensitive: boolean }) =>
  [field.is_unique ? 'identifier' : '', field.is_required ? 'required' : '', field.is_sensitive ? 'sealed' : 'open']
    .filter((flag) => flag !== '')
    .join(', ');

async function listFields(options: CommonOptions & { json?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const fields = await client.fields.list({ workspace_id: workspaceId });
  if (options.json) return terminal.print(JSON.stringify(fields, null, 2));
  terminal.print(
    tableText(
      ['field', 'type', 'format', 'kept', 'id'],
      fields.map((field) => [
        field.field_name,
        field.field_type,
        field.field_format ?? '',
        flags(field),
        field.customer_profile_field_id,
      ]),
    ),
  );
  if (fields.length === 0) terminal.note('No fields yet. "nudgescribe import FILE --infer" proposes them from a file.');
}

function readRules(text: string): NonNullable<FieldsCreateBody['validation_rules']> {
  try {
    return JSON.parse(text) as NonNullable<FieldsCreateBody['validation_rules']>;
  } catch {
    throw new UsageMistake('--rules takes JSON, for example \'{"format":"email"}\' or \'{"min":0,"max":120}\'.');
  }
}

async function addField(name: string, options: AddOptions): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const field = await client.fields.create({
    workspace_id: workspaceId,
    field_name: name,
    field_type: options.type,
    field_format: options.format,
    display_name: options.displayName,
    is_required: options.required,
    is_unique: options.unique,
    is_sensitive: options.open === true ? false : undefined,
    options: options.option,
    validation_rules: options.rules === undefined ? undefined : readRules(options.rules),
  });
  terminal.print(`The field ${field.field_name} was made (${flags(field)}).`);
}

async function removeField(name: string, options: CommonOptions & { yes?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const fields = await client.fields.list({ workspace_id: workspaceId });
  const field = fields.find(
    ({ field_name, customer_profile_field_id }) =>
      customer_profile_field_id === name || field_name.toLowerCase() === name.toLowerCase(),
  );
  if (field === undefined) throw new UsageMistake(`There is no field "${name}". "nudgescribe fields" lists them.`);
  if (!options.yes) {
    if (!terminal.isInteractive)
      throw new UsageMistake('Removing a field erases its values. Say --yes if you mean it.');
    const answer = await terminal.ask(`Remove ${field.field_name} and erase its value from every customer? [y/N] `);
    if (!/^y(es)?$/i.test(answer)) return terminal.print('Nothing was removed.');
  }
  const { job_id } = await client.fields.delete({
    workspace_id: workspaceId,
    customer_profile_field_id: field.customer_profile_field_id,
  });
  await withProgress('Erasing', (set) => client.waitForJob(workspaceId, job_id, { onProgress: set }));
  terminal.print(`The field ${field.field_name} and its values are gone.`);
}

export function addFieldCommands(program: Command): void {
  const fields = program.command('fields').description('the fields a customer has in this workspace');
  fields
    .command('list', { isDefault: true })
    .description('list the fields')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(listFields);
  fields
    .command('add <name>')
    .description('make a field')
    .addOption(
      new Option('--type <type>', 'what its values are')
        .choices(['string', 'number', 'char', 'Date', 'currency', 'enum', 'boolean'])
        .default('string'),
    )
    .option('--format <format>', 'of a Date (dd/MM/yyyy …) or currency (EUR …)')
    .option('--display-name <text>', 'what people read')
    .option('--required', 'every customer must have a value')
    .option('--unique', 'an identifier: customers are matched by it')
    .option('--open', 'not personal: may make segments (fields are sealed otherwise)')
    .option('--option <value...>', 'the values of an enum')
    .option('--rules <json>', 'rules for values, for example \'{"format":"email"}\'')
    .option('--workspace <id or name>')
    .action(addField);
  fields
    .command('remove <field>')
    .description('remove a field and erase its values')
    .option('--yes', 'do not ask')
    .option('--workspace <id or name>')
    .action(removeField);
}
