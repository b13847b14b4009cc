import { failures } from '../../platform/errors/failure.ts';

export const fieldFailures = failures({
  field_name_taken: {
    status: 400,
    message: 'A field with this name exists already in this workspace (case does not matter). Choose another name.',
  },
  field_invalid: { status: 400, message: 'This field definition cannot be accepted.' },
  field_unchangeable: {
    status: 400,
    message: 'Name, type, uniqueness and a currency format never change. Make a new field instead.',
  },
  field_in_use: {
    status: 400,
    message: 'A campaign that is not published uses this field. Publish or delete the campaign first.',
  },
  field_moving: {
    status: 400,
    message: 'The stored values of this field are still being moved after the last change. Wait for its job to end.',
  },
  too_many_fields: { status: 400, message: 'A workspace has at most 200 fields. Delete one that is not needed.' },
});
