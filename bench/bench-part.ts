/** One measured number, as it is printed and kept. `reach` and `aim` are what the project wants of it, if anything. */
export type Measured = { what: string; value: number; shown: string; reach?: string; aim?: string };

export type PartOptions = {
  /** Customers to generate. */
  rows: number;
  /** Flags for the server's Node. */
  nodeOptions: readonly string[];
};

export type BenchPart = {
  name: string;
  about: string;
  run(options: PartOptions): Promise<Measured[]>;
};
