/** A line of etcd's server, as data. */

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** A field of a line: texts, numbers, booleans and lists as JSON prints them. */
export type LineField = readonly [name: string, value: string | number | boolean | readonly string[]];

/** One line of etcd's server. */
export interface ServerLine {
  readonly level: LineLevel;
  /** '' or `raft`. */
  readonly logger: string;
  readonly message: string;
  readonly fields: readonly LineField[];
}
