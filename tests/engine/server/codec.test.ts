/** Commands in the log: what was encoded is decoded again, whatever it is, and takes as many bytes as the door counts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFields, toId64 } from '../../../src/base/index.ts';
import { type ApiRequest, decodeCommand, type LoggedRequest } from '../../../src/engine/server/index.ts';
import { requestSize } from '../../../src/engine/server/messageSize.ts';
import { encodeCommand } from '../../../src/engine/server/requestCodec.ts';

const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 }).map((codes) => String.fromCharCode(...codes));
const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(toId64);
const int = fc.integer({ min: -5, max: Number.MAX_SAFE_INTEGER });
const flag = fc.boolean();

const range = fc.record({
  type: fc.constant('range' as const),
  key: bytes,
  rangeEnd: bytes,
  limit: int,
  revision: int,
  sortOrder: fc.constantFrom('none' as const, 'ascend' as const, 'descend' as const),
  sortTarget: fc.constantFrom('key' as const, 'version' as const, 'create' as const, 'mod' as const, 'value' as const),
  serializable: flag,
  keysOnly: flag,
  countOnly: flag,
  minModRevision: int,
  maxModRevision: int,
  minCreateRevision: int,
  maxCreateRevision: int,
});
const put = fc.record({
  type: fc.constant('put' as const),
  key: bytes,
  value: bytes,
  lease: id,
  prevKv: flag,
  ignoreValue: flag,
  ignoreLease: flag,
});
const del = fc.record({ type: fc.constant('deleteRange' as const), key: bytes, rangeEnd: bytes, prevKv: flag });
const base = {
  key: bytes,
  rangeEnd: bytes,
  result: fc.constantFrom('equal' as const, 'greater' as const, 'less' as const, 'notEqual' as const),
};
const compare = fc.oneof(
  fc.record({ ...base, target: fc.constant('version' as const), version: int }),
  fc.record({ ...base, target: fc.constant('create' as const), createRevision: int }),
  fc.record({ ...base, target: fc.constant('mod' as const), modRevision: int }),
  fc.record({ ...base, target: fc.constant('value' as const), value: bytes }),
  fc.record({ ...base, target: fc.constant('lease' as const), lease: id }),
);
const { txn } = fc.letrec((tie) => ({
  txn: fc.record({
    type: fc.constant('txn' as const),
    compare: fc.array(compare, { maxLength: 3 }),
    success: fc.array(tie('operation'), { maxLength: 3 }),
    failure: fc.array(tie('operation'), { maxLength: 2 }),
  }),
  operation: fc.oneof({ depthSize: 'small' }, range, put, del, fc.constant({ type: 'empty' as const }), tie('txn')),
}));
/** Of an enum, one without a name. */
const nameless = fc.oneof(fc.integer({ min: 3, max: 2 ** 31 - 1 }), fc.integer({ min: -(2 ** 31), max: -1 }));
const permission = fc.record({
  access: fc.oneof(fc.constantFrom('read' as const, 'write' as const, 'readwrite' as const), nameless),
  key: bytes,
  rangeEnd: bytes,
});
const named = <Type extends string>(type: Type, fields: readonly string[]) =>
  fc.record({ type: fc.constant(type), ...Object.fromEntries(fields.map((field) => [field, bytes])) });
const auth = fc.oneof(
  ...(['authEnable', 'authDisable', 'authStatus', 'authUserList', 'authRoleList'] as const).map((type) => named(type, [])),
  named('authenticate', ['name', 'token']),
  fc.record({ type: fc.constant('authUserAdd'), name: bytes, passwordHash: bytes, noPassword: flag }),
  named('authUserGet', ['name']),
  named('authUserDelete', ['name']),
  named('authUserChangePassword', ['name', 'passwordHash']),
  named('authUserGrantRole', ['user', 'role']),
  named('authUserRevokeRole', ['user', 'role']),
  named('authRoleAdd', ['name']),
  named('authRoleGet', ['role']),
  named('authRoleDelete', ['role']),
  fc.record({ type: fc.constant('authRoleGrantPermission'), name: bytes, permission: fc.option(permission, { nil: undefined }) }),
  named('authRoleRevokePermission', ['role', 'key', 'rangeEnd']),
);
const request = fc.oneof(
  put,
  del,
  txn,
  fc.record({ type: fc.constant('compaction' as const), revision: int, physical: flag }),
  fc.record({ type: fc.constant('leaseGrant' as const), id, ttl: int }),
  fc.record({ type: fc.constant('leaseRevoke' as const), id }),
  fc.record({
    type: fc.constant('alarm' as const),
    action: fc.constantFrom('get' as const, 'activate' as const, 'deactivate' as const),
    memberId: id,
    alarm: fc.oneof(fc.constantFrom('none' as const, 'nospace' as const, 'corrupt' as const), nameless),
  }),
  fc.record({
    type: fc.constant('leaseCheckpoint' as const),
    checkpoints: fc.array(fc.record({ id, remainingTtl: int }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('downgradeInfo' as const), target: fc.constantFrom('', '3.5.0') }),
  auth,
);

test('a command comes out of an entry as it went in', () => {
  const types = new Set<string>();
  fc.assert(
    fc.property(request, id, bytes, fc.nat(), (drawn, requestId, user, revision) => {
      const command = { requestId, request: drawn as LoggedRequest, auth: { user, revision } };
      types.add(command.request.type);
      expect(decodeCommand(encodeCommand(command))).toEqual(command);
    }),
    { numRuns: 3_000, seed: 1 },
  );
  expect(types.size).toBe(26);
});

/** A client's own message of these is another. */
const REWRITTEN = ['authenticate', 'authUserAdd', 'authUserChangePassword', 'leaseCheckpoint', 'downgradeInfo'];

test('a request takes as many bytes as are counted before it is taken in', () => {
  fc.assert(
    fc.property(request, id, (drawn, requestId) => {
      fc.pre(!REWRITTEN.includes(drawn.type));
      const asked = drawn as LoggedRequest & ApiRequest;
      const [body] = readFields(encodeCommand({ requestId, request: asked, auth: { user: '', revision: 0 } }));
      expect(requestSize(asked)).toBe(body?.bytes.length);
    }),
    { numRuns: 3_000, seed: 1 },
  );
});
