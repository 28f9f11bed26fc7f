/**
 * What a file that somebody gives comes to: what is in it is told before a cluster starts from it, and why a file is refused is said in
 * both languages, with the place.
 */
import { describe, expect, it } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import { encodeSnapshotFile, type StateSnapshot } from '../../../src/engine/server/index.ts';
import { ENGLISH, loadWords } from '../../../src/i18n/index.ts';
import { sayRefusal } from '../../../src/ui/restore/RestoreDialog.tsx';
import { createRestoring, type Refusal } from '../../../src/ui/stores/restoring.ts';

const ID = '0000000000000001' as never; // an id
const pair = (key: string, modRevision: number, version: number) => {
  const kept =
    version === 0 ? { value: '', createRevision: 0, lease: ZERO_ID } : { value: 'v', createRevision: modRevision, lease: ID };
  return { sub: 0, kv: { key, modRevision, version, ...kept } };
};
const STATE: StateSnapshot = {
  kv: {
    revision: 4,
    compactRevision: 2,
    finishedCompactRevision: 2,
    versions: [pair('a', 2, 1), pair('b\xff', 3, 1), pair('a', 4, 0)],
  },
  membership: { members: [], removed: [], clusterVersion: '3.6.0' },
  leases: [{ id: ID, ttl: 60 }],
  auth: { isEnabled: true, revision: 3, users: [], roles: [] },
  alarms: [],
  downgrade: '',
};
const FILE = encodeSnapshotFile(STATE);

/** Bytes as a browser hands them over. */
function fileOf(bytes: string): File {
  return new File([Uint8Array.from(bytes, (char) => char.charCodeAt(0))], 's.db');
}

async function take(bytes: string) {
  const restoring = createRestoring();
  await restoring.getState().take(fileOf(bytes));
  const { given } = restoring.getState();
  if (given === undefined) throw new Error('nothing was read');
  return given;
}

describe('a file', () => {
  it('tells what is in it, byte for byte', async () => {
    const given = await take(FILE);
    expect(given).toMatchObject({ name: 's.db', size: FILE.length });
    const token = expect.stringMatching(/^etcd-cluster-[0-9a-f]{8}$/);
    const told = { revision: 4, compactRevision: 2, keyCount: 1, leaseCount: 1, hasAuth: true, token };
    expect(given.outcome).toEqual({ ok: true, value: { file: FILE, ...told } });
  });

  it('is read whole also where it is long', async () => {
    const long = encodeSnapshotFile({
      ...STATE,
      kv: { ...STATE.kv, versions: [{ ...pair('a', 4, 1), kv: { ...pair('a', 4, 1).kv, value: '\xe9'.repeat(200_000) } }] },
    });
    expect((await take(long)).outcome.ok).toBe(true);
  });

  it('that is something else is refused by its first bytes alone', async () => {
    let read = 0;
    const film = Object.assign(new File(['x'.repeat(1_000_000)], 'film.mp4'), {
      arrayBuffer: () => {
        read++;
        throw new Error('the whole of it is not asked for');
      },
    });
    const restoring = createRestoring();
    await restoring.getState().take(film);
    expect(restoring.getState().given?.outcome).toMatchObject({ ok: false, error: { code: 'foreign' } });
    expect(read).toBe(0);
  });

  it('that cannot be read is refused in the browser’s words, and the last of several counts', async () => {
    const restoring = createRestoring();
    const gone = {
      name: 'gone.db',
      size: 5,
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }),
    } as unknown as File; // as much of one as is asked for
    const first = restoring.getState().take(gone);
    const second = restoring.getState().take(fileOf(FILE));
    await Promise.all([first, second]);
    expect(restoring.getState().given?.name).toBe('s.db');
    await restoring.getState().take(gone);
    expect(restoring.getState().given?.outcome).toEqual({ ok: false, error: { code: 'unreadable', message: 'gone' } });
    restoring.getState().dismiss();
    expect(restoring.getState().given).toBeUndefined();
  });
});

describe('a refusal', () => {
  const refusalOf = async (bytes: string): Promise<Refusal> => {
    const { outcome } = await take(bytes);
    if (outcome.ok) throw new Error('it was taken');
    return outcome.error;
  };

  it('says what is wrong and where', async () => {
    const said = async (bytes: string) => sayRefusal(ENGLISH, await refusalOf(bytes));
    const size = FILE.length;
    expect(await said('')).toEqual({ why: 'The file is empty.', where: '' });
    expect((await said('\x89PNG\r\n\x1a\n and more')).where).toBe('\ufffdPNG···· and more');
    expect((await said(FILE.slice(0, -7))).where).toBe(`By bytes 22 – 25 it has ${size} bytes.\nIt has ${size - 7}.`);
    const changed = await said(`${FILE.slice(0, 100)}?${FILE.slice(101)}`);
    expect(changed.where).toContain(`SHA-256 of bytes 1 – ${size - 32}:`);
    expect(changed.where).toContain(`Bytes ${size - 31} – ${size} say:`);
    expect((await said(encodeSnapshotFile({ ...STATE, kv: { ...STATE.kv, revision: 9 } }))).where).toBe('kv.revision');
  });

  it('has its words in 中文', async () => {
    const words = await loadWords('zh');
    for (const bytes of ['', 'x', FILE.slice(0, -1), `${FILE}!`, FILE.replace('"kv"', '"kw"')]) {
      const refusal = await refusalOf(bytes);
      expect(sayRefusal(words, refusal).why).toMatch(/\p{Script=Han}/u);
      expect(sayRefusal(words, refusal).why).not.toBe(sayRefusal(ENGLISH, refusal).why);
    }
  });
});
