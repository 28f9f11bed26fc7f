/** A line of etcd's server, as data. */

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** A field of a line, as JSON prints it; a number that is too long for a number is a bigint. */
export type LineField = readonly [name: string, value: string | number | bigint | boolean | readonly string[]];

/** One line of etcd's server. */
export interface ServerLine {
  readonly level: LineLevel;
  /** '' or `raft`. */
  readonly logger: string;
  readonly message: string;
  readonly fields: readonly LineField[];
}
