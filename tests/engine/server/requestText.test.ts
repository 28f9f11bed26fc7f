/** Requests as etcd's log shows them (spec/etcd.md 8.4): each text was written by a real etcd 3.6.14 at level debug. */
import { describe, expect, test } from 'vitest';
import { type Id64, toId64, ZERO_ID } from '../../../src/base/index.ts';
import type { Compare, LoggedRequest } from '../../../src/engine/server/index.ts';
import { clusterCommandText, commandText, rangeText, redactedCommandText } from '../../../src/engine/server/requestText.ts';
import { del, get, put } from './cluster.ts';

const ID = toId64(696547287062011653n);
const NOBODY = { user: '', revision: 0 };
const BOB = { user: 'bob', revision: 7 };
const H = 'header:<ID:696547287062011653 >';
const HB = 'header:<ID:696547287062011653 username:"bob" auth_revision:7 >';

const at = (key: string, fields: Partial<Extract<Compare, { target: 'version' }>> = {}): Compare => ({
  key,
  rangeEnd: '',
  result: 'equal',
  target: 'version',
  version: 0,
  ...fields,
});
const value = (key: string, text: string): Compare => ({ key, rangeEnd: '', result: 'equal', target: 'value', value: text });
const hash = '$2a$10$PM/hZsfLPwXEKu.CCgKzseY96ps8KQvETtKT5XnCmggzmIVBiQzHa';

const cases: readonly [request: LoggedRequest, plain: string | undefined, redacted: string, auth?: typeof BOB][] = [
  [put('x', '', { ignoreValue: true }), 'put:<key:"x" ignore_value:true > ', 'put:<key:"x" ignore_value:true >'],
  [
    put('x', 'v', { ignoreLease: true }),
    'put:<key:"x" value:"v" ignore_lease:true > ',
    'put:<key:"x" value_size:1 ignore_lease:true >',
  ],
  [
    put('la', '1', { lease: toId64(696547287062011720n) }),
    'put:<key:"la" value:"1" lease:696547287062011720 > ',
    'put:<key:"la" value_size:1 lease:696547287062011720 >',
  ],
  [
    {
      type: 'txn',
      compare: [value('k1', '1')],
      success: [put('k1', '2'), put('k3', 'zz', { lease: toId64(0x99) })],
      failure: [get('b'), put('k4', '1', { lease: toId64(0x99) })],
    },
    undefined,
    'txn:<compare:<target:VALUE key:"k1" value_size:1 > success:<request_put:<key:"k1" value_size:1 > request_put:<key:"k3" value_size:2 lease:153 >> failure:<request_range:<key:"b" >  request_put:<key:"k4" value_size:1 lease:153 >>>',
  ],
  [
    {
      type: 'txn',
      compare: [at('k1', { result: 'greater' })],
      success: [get('k1'), put('q', '1')],
      failure: [put('w', 'w\xc3\xa9\t', { prevKv: true }), { ...del('a', 'b'), prevKv: true }],
    },
    'txn:<compare:<result:GREATER key:"k1" version:0 > success:<request_range:<key:"k1" > > success:<request_put:<key:"q" value:"1" > > failure:<request_put:<key:"w" value:"w\\303\\251\\t" prev_kv:true > > failure:<request_delete_range:<key:"a" range_end:"b" prev_kv:true > > > ',
    'txn:<compare:<result:GREATER key:"k1" version:0 > success:<request_range:<key:"k1" >  request_put:<key:"q" value_size:1 >> failure:<request_put:<key:"w" value_size:4 prev_kv:true > request_delete_range:<key:"a" range_end:"b" prev_kv:true > >>',
  ],
  [
    { type: 'compaction', revision: 20, physical: true },
    'compaction:<revision:20 physical:true > ',
    'compaction:<revision:20 physical:true > ',
  ],
  [{ type: 'leaseRevoke', id: toId64(0x99) }, 'lease_revoke:<ID:153 > ', 'lease_revoke:<id:0000000000000099>'],
  [
    { type: 'leaseGrant', ttl: 50, id: '1669a2112e97d113' as Id64 },
    'lease_grant:<TTL:50 ID:1615000136068878611 > ',
    'lease_grant:<ttl:50-second id:1669a2112e97d113>',
  ],
  [
    { type: 'authUserAdd', name: 'root', passwordHash: hash, noPassword: false },
    'auth_user_add:<name:"root" options:<> hashedPassword:"JDJhJDEwJFBNL2hac2ZMUHdYRUt1LkNDZ0t6c2VZOTZwczhLUXZFVHRLVDVYbkNtZ2d6bUlWQmlRekhh" > ',
    'auth_user_add:<name:root>',
  ],
  // Bytes between quotes, a name without them: a real 3.6.14 wrote `auth_user_add:<name:é>`.
  [
    { type: 'authUserAdd', name: '\xc3\xa9', passwordHash: '', noPassword: true },
    'auth_user_add:<name:"\\303\\251" options:<no_password:true > > ',
    'auth_user_add:<name:é>',
  ],
  [
    { type: 'authUserGrantRole', user: 'root', role: 'root' },
    'auth_user_grant_role:<user:"root" role:"root" > ',
    'auth_user_grant_role:<user:"root" role:"root" > ',
  ],
  [
    { type: 'authRoleGrantPermission', name: 'r1', permission: { access: 'readwrite', key: 'foo', rangeEnd: '' } },
    'auth_role_grant_permission:<name:"r1" perm:<permType:READWRITE key:"foo" > > ',
    'auth_role_grant_permission:<name:"r1" perm:<permType:READWRITE key:"foo" > > ',
  ],
  [
    { type: 'authRoleGrantPermission', name: 'nobody', permission: { access: 'read', key: 'k', rangeEnd: '' } },
    'auth_role_grant_permission:<name:"nobody" perm:<key:"k" > > ',
    'auth_role_grant_permission:<name:"nobody" perm:<key:"k" > > ',
  ],
  [{ type: 'authEnable' }, 'auth_enable:<> ', 'auth_enable:<> '],
  [
    { type: 'authenticate', name: 'bob', token: 'oYuBYTvrZANEYoMM' },
    'authenticate:<name:"bob" simple_token:"oYuBYTvrZANEYoMM" > ',
    'authenticate:<name:bob simple_token:oYuBYTvrZANEYoMM>',
  ],
  [put('bar', '1'), 'put:<key:"bar" value:"1" > ', 'put:<key:"bar" value_size:1 >', BOB],
  [{ ...del('foo'), prevKv: true }, 'delete_range:<key:"foo" prev_kv:true > ', 'delete_range:<key:"foo" prev_kv:true > ', BOB],
  [{ type: 'authUserGet', name: 'root' }, 'auth_user_get:<name:"root" > ', 'auth_user_get:<name:"root" > ', BOB],
  [{ type: 'authRoleGet', role: 'root' }, 'auth_role_get:<role:"root" > ', 'auth_role_get:<role:"root" > ', BOB],
  [
    { type: 'txn', compare: [value('foo', '1')], success: [put('zoo', '2'), get('foo')], failure: [] },
    'txn:<compare:<target:VALUE key:"foo" value:"1" > success:<request_put:<key:"zoo" value:"2" > > success:<request_range:<key:"foo" > > > ',
    'txn:<compare:<target:VALUE key:"foo" value_size:1 > success:<request_put:<key:"zoo" value_size:1 > request_range:<key:"foo" > > failure:<>>',
    BOB,
  ],
  [
    { type: 'alarm', action: 'activate', memberId: toId64(7254984457005631914n), alarm: 'nospace' },
    'alarm:<action:ACTIVATE memberID:7254984457005631914 alarm:NOSPACE > ',
    'alarm:<action:ACTIVATE memberID:7254984457005631914 alarm:NOSPACE > ',
  ],
  [{ type: 'alarm', action: 'get', memberId: ZERO_ID, alarm: 'none' }, 'alarm:<> ', 'alarm:<> '],
];

describe('in full, and without what should not be seen', () => {
  test.each(cases)('%j', (request, plain, redacted, auth) => {
    const command = { requestId: ID, request, auth: auth ?? NOBODY };
    const header = auth === undefined ? H : HB;
    if (plain !== undefined) expect(commandText(command)).toBe(`${header} ${plain}`);
    expect(redactedCommandText(command)).toBe(`${header} ${redacted}`);
  });
});

test('what members tell each other', () => {
  const attributes = {
    type: 'memberAttributes' as const,
    requestId: ID,
    id: toId64(7254984457005631914n),
    name: 'm1',
    clientUrls: ['http://127.0.0.1:31011'],
  };
  expect(clusterCommandText(attributes)).toBe(
    `${H} cluster_member_attr_set:<member_ID:7254984457005631914 member_attributes:<name:"m1" client_urls:"http://127.0.0.1:31011" > > `,
  );
  expect(clusterCommandText({ type: 'clusterVersion', requestId: ID, version: '3.6.0' })).toBe(
    `${H} cluster_version_set:<ver:"3.6.0" > `,
  );
});

test('a range, every field of it', () => {
  expect(rangeText(get('a', { revision: 99 }))).toBe('key:"a" revision:99 ');
  const whole = get('"\\\n\r\0\x7f', {
    rangeEnd: '\0',
    limit: 5,
    revision: -1,
    sortOrder: 'descend',
    sortTarget: 'create',
    serializable: true,
    keysOnly: true,
    countOnly: true,
    minModRevision: 1,
    maxModRevision: 2,
    minCreateRevision: 3,
    maxCreateRevision: 4,
  });
  expect(rangeText(whole)).toBe(
    'key:"\\"\\\\\\n\\r\\000\\177" range_end:"\\000" limit:5 revision:-1 sort_order:DESCEND sort_target:CREATE serializable:true keys_only:true count_only:true min_mod_revision:1 max_mod_revision:2 min_create_revision:3 max_create_revision:4 ',
  );
});
