/** What a learner may want to know beside an error, as data: the words are found elsewhere, in every language. */
import type { ApiError, ApiErrorCode } from '../engine/server/errors.ts';

/** Whom a member reaches, itself included. */
export interface Reach {
  /** Its process runs. */
  readonly isUp: boolean;
  /** Voters among those that it reaches. */
  readonly reached: number;
  /** All of them. */
  readonly voters: number;
  /** So many make a quorum. */
  readonly needed: number;
  readonly hasQuorum: boolean;
}

/** A closed union: one code, its own fields. */
export type Hint =
  /** A flag asks for TLS, or for its files: no member speaks it, and there are no files. */
  | { readonly code: 'noTls' }
  /** A flag asks the domain name system, of which there is none. */
  | { readonly code: 'noDns' }
  /** A script for a shell was asked for: there is none, and Tab completes. */
  | { readonly code: 'noShell' }
  /** Memory is told by the growth of the member's store: there is no process that could be asked. */
  | { readonly code: 'storeAsMemory' }
  /** What is mirrored lies in what is mirrored: each copy is a change again. */
  | { readonly code: 'mirrorsItself' }
  /** Somebody would set or unset a variable as a shell does. */
  | { readonly code: 'variables' }
  /** An unknown command; `suggestions` as in "Did you mean". */
  | { readonly code: 'unknownCommand'; readonly typed: string; readonly suggestions: readonly string[] }
  /** An unknown flag; `suggestion` is the nearest known one. `dash` is true where a value that begins with a dash was meant. */
  | { readonly code: 'unknownFlag'; readonly command: string; readonly typed: string; readonly suggestion: string | undefined }
  /** A value that begins with a dash was read as flags: `--` ends them. */
  | { readonly code: 'dashValue'; readonly command: string; readonly typed: string }
  /** Too few or too many arguments, or an option's value is not one of those it takes. */
  | { readonly code: 'usage'; readonly command: string }
  /** The line ended inside a quote that began at column `at` (0-based). */
  | { readonly code: 'unclosedQuote'; readonly quote: "'" | '"'; readonly at: number }
  /** The line ends in a backslash at column `at`. */
  | { readonly code: 'trailingBackslash'; readonly at: number }
  /** A shell construct (pipe, redirection, substitution …) at column `at`. */
  | { readonly code: 'unsupportedShell'; readonly construct: string; readonly at: number }
  /** A program that this console has not; exec.ts has those that it has. */
  | { readonly code: 'noProgram'; readonly name: string }
  /** etcdctl itself breaks down here, with a Go trace. */
  | { readonly code: 'etcdctlPanics' }
  /** A snapshot was saved, or somebody looks for the way to restore one: the page has it, not etcdctl. */
  | { readonly code: 'restoreHere' }
  /** Nothing is printed for a key that does not exist. */
  | { readonly code: 'noSuchKey'; readonly key: string }
  /** The call ran into its deadline: no quorum, or nobody there. `timeout` in µs. */
  | {
      readonly code: 'deadline';
      readonly request: string;
      readonly endpoints: readonly string[];
      readonly timeout: number | undefined;
      /** Of the first endpoint when the deadline came; undefined: nobody can tell. */
      readonly reach?: Reach | undefined;
    }
  /** etcd changes its members only while enough of them have been connected for five seconds. */
  | {
      readonly code: 'unhealthy';
      readonly request: 'memberAdd' | 'memberRemove';
      readonly endpoints: readonly string[];
      /** As of `deadline`. */
      readonly reach?: Reach | undefined;
    }
  /** The revision asked for is gone. */
  | { readonly code: 'compacted'; readonly revision: number | undefined }
  /** The revision asked for has not happened yet. */
  | { readonly code: 'futureRevision'; readonly revision: number | undefined }
  /** The watch ended because its member has had no leader for too long. */
  | { readonly code: 'watchWithoutLeader'; readonly endpoints: readonly string[] }
  /** Any other refusal of the server. */
  | { readonly code: 'refused'; readonly error: ApiErrorCode };

/** What was asked when an error came. */
export interface HintContext {
  readonly request: string;
  readonly endpoints: readonly string[];
  /** µs; undefined = none. */
  readonly timeout: number | undefined;
  /** The revision asked for, if one was. */
  readonly revision?: number | undefined;
}

/** The hint that goes with an error of a call or stream. */
export function hintFor(error: ApiError, context: HintContext): Hint {
  const { request, endpoints, timeout, revision } = context;
  switch (error.code) {
    case 'deadlineExceeded':
      return { code: 'deadline', request, endpoints, timeout };
    case 'compacted':
      return { code: 'compacted', revision };
    case 'futureRevision':
      return { code: 'futureRevision', revision };
    case 'unhealthyCluster':
      return request === 'memberAdd' || request === 'memberRemove'
        ? { code: 'unhealthy', request, endpoints }
        : { code: 'refused', error: error.code };
    case 'noLeader':
      return request === 'watch' ? { code: 'watchWithoutLeader', endpoints } : { code: 'refused', error: error.code };
    default:
      return { code: 'refused', error: error.code };
  }
}
