import { z } from 'zod';

export const passwordSchema = z.string().min(1).max(1_000);

export const otpSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .describe('A code of the authenticator app, or a recovery code in its place.');
