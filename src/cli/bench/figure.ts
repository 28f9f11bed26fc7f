/** One measured value. */
export interface Figure {
  /** Stable: goals and documents name it. */
  readonly id: string;
  readonly value: number;
  /** 'ms', 'MB' (1,000,000 bytes), 'kB', 'B', '1/s', 'count'. */
  readonly unit: string;
}
