import { failures } from '../../platform/errors/failure.ts';

export const roleFailures = failures({
  grants_too_much: {
    status: 403,
    message: 'This would give, or rule over, permissions that you do not hold yourself.',
  },
  unknown_role: { status: 400, message: 'There is no such role. POST /v1/role lists them.' },
  role_name_taken: { status: 400, message: 'A role of this name exists already.' },
  role_in_use: { status: 400, message: 'Somebody holds this role. Give them another one first.' },
  role_built_in: { status: 400, message: 'Built-in roles cannot be changed or deleted. Make a role of your own.' },
  too_many_roles: { status: 400, message: 'An account may have 100 roles of its own.' },
});
