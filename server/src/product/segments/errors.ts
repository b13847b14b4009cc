import { failures } from '../../platform/errors/failure.ts';

export const segmentFailures = failures({
  unknown_field: { status: 400, message: 'The workspace has no field of this name.' },
  field_not_segmentable: {
    status: 400,
    message: 'Segments and clear comparisons need a field that is neither sensitive nor unique.',
  },
  field_moving: {
    status: 400,
    message:
      'The stored values of this field are still being moved after a change of is_sensitive. Wait for that job to end.',
  },
  invalid_bands: { status: 400, message: 'Bands must ascend, and belong to number, currency and Date fields.' },
  invalid_alias: { status: 400, message: 'An alias must stand for a value that the field can have.' },
  invalid_rule: { status: 400, message: 'This eligibility rule cannot be used.' },
  too_many_segments: { status: 400, message: 'These attributes give too many segments.' },
});
