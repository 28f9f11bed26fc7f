/**
 * Messages as github.com/golang/protobuf prints them on one line, which is how etcd's log shows requests: `key:"a" lease:119 `.
 * Fields that are zero are left out, each of the others has a blank behind it.
 */
import { type Bytes, formatDecimal, type Id64, ZERO_ID } from '../../base/index.ts';

/** A number, or a word of an enumeration that is not its first. */
export function textField(name: string, value: number | string): string {
  return value === 0 || value === '' ? '' : `${name}:${value} `;
}

/** An int64 that is an id. */
export function textSigned(name: string, id: Id64): string {
  return id === ZERO_ID ? '' : `${name}:${BigInt.asIntN(64, BigInt(`0x${id}`))} `;
}

/** A uint64 that is an id. */
export function textUnsigned(name: string, id: Id64): string {
  return id === ZERO_ID ? '' : `${name}:${formatDecimal(id)} `;
}

export function textFlag(name: string, value: boolean): string {
  return value ? `${name}:true ` : '';
}

export function textBytes(name: string, value: Bytes): string {
  return value === '' ? '' : `${name}:${quote(value)} `;
}

/** A message that is set, even if nothing is in it. */
export function textMessage(name: string, inner: string): string {
  return `${name}:<${inner}> `;
}

/** What is not printable ASCII is octal, but for a few that have a letter. */
function quote(bytes: Bytes): string {
  let out = '"';
  for (let at = 0; at < bytes.length; at++) {
    const char = bytes.charAt(at);
    const code = bytes.charCodeAt(at);
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else if (code >= 0x20 && code < 0x7f) out += char;
    else out += `\\${code.toString(8).padStart(3, '0')}`;
  }
  return `${out}"`;
}
