import { failures } from '../../platform/errors/failure.ts';

export const campaignFailures = failures({
  campaign_name_taken: {
    status: 400,
    message: 'A campaign with this name exists already in this workspace. Choose another name.',
  },
  wrong_state: { status: 400, message: 'The campaign is not in a state that allows this step.' },
  empty_group: { status: 400, message: 'The customer group has no members. Import customers into it first.' },
  group_gone: {
    status: 400,
    message: 'The customer group of this campaign has been deleted. Rerun the campaign on another group.',
  },
  unknown_writer: {
    status: 400,
    message: 'There is no writer of this name. Use offline, or one that the operator has configured.',
  },
  unknown_export_field: { status: 400, message: 'export_fields names a field that the workspace does not have.' },
  erasure_under_way: {
    status: 503,
    message: 'Everybody in a segment was erased. Writing goes on by itself when what tells of them is removed.',
  },
  erasure_unfinished: {
    status: 400,
    message:
      'Everybody in a segment was erased, and what tells of them could not be removed so far. Have the operator look why jobs of the kind segment_erasure fail, then generate again.',
  },
  budget_spent: {
    status: 400,
    message: 'The budget of this campaign is spent. What was written is kept. Raise it and generate again to go on.',
  },
  budget_needs_price: {
    status: 400,
    message:
      'max_cost needs a writer with a price. Limit max_model_calls instead, or have the operator set the price of this writer.',
  },
  budget_other_currency: {
    status: 400,
    message:
      'This campaign has spent in another currency before, so max_cost cannot be kept. Limit max_model_calls instead.',
  },
  duplicate_channel: { status: 400, message: 'Each channel may stand once.' },
  published_campaign: { status: 400, message: 'A published campaign cannot be deleted: its history is kept.' },
  invalid_period: {
    status: 400,
    message: 'start_date and end_date must be dates or timestamps, the first not after the second.',
  },
});
