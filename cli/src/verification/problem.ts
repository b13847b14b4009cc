/** Something that is not as it was published. Rows count from 1 behind the header. Never a cell's content. */
export type Problem = { file: string; row: number | null; code: string; message: string };
