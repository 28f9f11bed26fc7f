/** A call as people read it. */
import type { CallFrame } from './frame.ts';

/** A call in etcdctl's own words: `put color green`. @param most characters of a key or a value, a longer one ends in an ellipsis */
export function callWords(call: CallFrame, most = 18): string {
  const short = (text: string) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  switch (call.kind) {
    case 'put':
      return `put ${short(call.key)} ${short(call.value)}`;
    case 'get':
      return `get ${short(call.key)}`;
    case 'delete':
      return `del ${short(call.key)}`;
    case 'watch':
      return `watch ${short(call.key)}`;
    case 'memberList':
      return 'member list';
    case 'other':
      return short(call.key);
  }
}
