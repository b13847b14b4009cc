import { createLanguageModel, type ModelConnection } from '../../providers/language-model/ai-sdk.ts';
import { createModelWriter, type ModelTerms } from './model-writer.ts';
import { offlineWriter } from './offline-writer.ts';
import type { Writer } from './writer.ts';

/** The writer that asks this configured model. */
export function modelWriter(settings: ModelConnection & ModelTerms): Writer {
  return createModelWriter(settings.name, settings.model, createLanguageModel(settings), settings);
}

/** All writers by the name that campaigns give; `offline` is always there. */
export function createWriters(models: readonly Writer[]): ReadonlyMap<string, Writer> {
  return new Map([offlineWriter, ...models].map((writer): [string, Writer] => [writer.name, writer]));
}
