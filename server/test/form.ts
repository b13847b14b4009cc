/** Whether harnesses run in full (npm run test:crash, test:full) or in the short form that belongs to every npm test. */
export const isLongForm = process.env.NUDGESCRIBE_TEST_FORM === 'long';
