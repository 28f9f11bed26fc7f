/** What is in a snapshot, and how large the cluster that starts from it is to be; or why the file is refused, and where that shows. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { utf8Decode } from '../../base/index.ts';
import type { Words } from '../../i18n/index.ts';
import { readRestoreOptions, type SavedStore } from '../../workers/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import controls from '../frame/controls.module.css';
import { Dialog } from '../frame/Dialog.tsx';
import { useRestoring, useRun } from '../frame/hooks.ts';
import type { GivenFile, Refusal } from '../stores/restoring.ts';
import { SIZES } from '../topbar/sizes.ts';
import { chooseFile } from './chooseFile.ts';
import styles from './RestoreDialog.module.css';

export function RestoreDialog() {
  const { restoring } = useHouse();
  const given = useRestoring((state) => state.given);
  const content = useRef<HTMLDivElement>(null);
  // Each file begins with what is most likely wanted; a modal dialog would take its first control.
  // biome-ignore lint/correctness/useExhaustiveDependencies: for each file anew
  useEffect(() => content.current?.querySelector<HTMLElement>('[data-kind="primary"]')?.focus(), [given]);
  const dismiss = () => restoring.getState().dismiss();
  return (
    <Dialog labelledBy="restore-title" size="text" onClose={dismiss}>
      <div ref={content}>
        {given?.outcome.ok === true && (
          <Offer key={given.outcome.value.token} given={given} store={given.outcome.value} onDone={dismiss} />
        )}
        {given?.outcome.ok === false && <Refused given={given} refusal={given.outcome.error} onClose={dismiss} />}
      </div>
    </Dialog>
  );
}

function Offer({ given, store, onDone }: { readonly given: GivenFile; readonly store: SavedStore; readonly onDone: () => void }) {
  const words = useWords();
  const { acts } = useHouse();
  const present = useRun().scenario.members;
  const [members, setMembers] = useState(present);
  const [bump, setBump] = useState('');
  const [marks, setMarks] = useState(false);
  const bumpInput = useRef<HTMLInputElement>(null);
  const options = readRestoreOptions(bump.trim(), marks, store.revision);
  const said = words.restore;
  const urls = Array.from({ length: members }, (_, i) => `n${i + 1}=http://n${i + 1}:2380`).join(',');
  const flags = `${bump.trim() === '' ? '' : ` \\\n  --bump-revision=${bump.trim()}`}${marks ? ' \\\n  --mark-compacted' : ''}`;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!options.ok) {
          bumpInput.current?.focus();
          return;
        }
        onDone();
        acts.restore(members, { snapshot: store.file, options: options.value }, given.name);
      }}
    >
      <h2 id="restore-title" className={styles.title}>
        {said.title(given.name)}
      </h2>
      <p className={styles.lead}>{said.lead}</p>
      <dl className={styles.facts}>
        <Fact name={said.revision}>
          {store.revision}
          {store.compactRevision > 0 && <small> {said.compacted(store.compactRevision)}</small>}
        </Fact>
        <Fact name={said.keys}>{store.keyCount}</Fact>
        <Fact name={said.leases}>{store.leaseCount}</Fact>
        <Fact name={said.size}>{said.bytes(given.size)}</Fact>
      </dl>
      {store.hasAuth && <p className={styles.note}>{said.auth}</p>}
      <fieldset className={styles.sizes}>
        <legend>{said.members}</legend>
        {SIZES.map((size) => (
          <label key={size} className={styles.size}>
            <input type="radio" name="members" value={size} checked={size === members} onChange={() => setMembers(size)} />
            {size}
          </label>
        ))}
      </fieldset>
      <div className={styles.option}>
        <label htmlFor="restore-bump">{said.bump}</label>
        <input
          ref={bumpInput}
          id="restore-bump"
          className={styles.number}
          inputMode="numeric"
          autoComplete="off"
          placeholder="0"
          value={bump}
          aria-describedby="restore-bump-why restore-refusal"
          aria-invalid={!options.ok}
          onChange={(event) => setBump(event.target.value)}
        />
        <p id="restore-bump-why">{said.bumpWhy}</p>
      </div>
      <div className={styles.option}>
        <label htmlFor="restore-mark">{said.mark}</label>
        <input
          id="restore-mark"
          type="checkbox"
          checked={marks}
          aria-describedby="restore-mark-why restore-refusal"
          onChange={(event) => setMarks(event.target.checked)}
        />
        <p id="restore-mark-why">{said.markWhy}</p>
      </div>
      <p id="restore-refusal" className={styles.refusal} role="status">
        {options.ok ? undefined : `Error: ${options.error}`}
      </p>
      <p className={styles.heading}>{said.command('n1')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={styles.command} tabIndex={0}>
        {`etcdutl snapshot restore ${given.name} --name=n1 \\\n  --initial-advertise-peer-urls=http://n1:2380 \\\n  --initial-cluster=${urls} \\\n  --initial-cluster-token=${store.token}${flags}`}
      </pre>
      <footer className={styles.foot}>
        <button type="button" className={controls.button} onClick={onDone}>
          {said.cancel}
        </button>
        <button type="submit" className={controls.button} data-kind="primary">
          {said.start}
        </button>
      </footer>
    </form>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface RefusedProps {
  readonly given: GivenFile;
  readonly refusal: Refusal;
  readonly onClose: () => void;
}

function Refused({ given, refusal, onClose }: RefusedProps) {
  const words = useWords();
  const { restoring } = useHouse();
  const said = words.restore;
  const { why, where } = sayRefusal(words, refusal);
  return (
    <div data-refusal={refusal.code}>
      <h2 id="restore-title" className={styles.title}>
        {said.refused(given.name)}
      </h2>
      <p className={styles.lead}>{why}</p>
      {where !== '' && (
        <pre className={styles.command} data-wraps>
          {where}
        </pre>
      )}
      <p className={styles.note}>{said.unchanged}</p>
      <footer className={styles.foot}>
        <button type="button" className={controls.button} onClick={() => chooseFile(restoring.getState().take)}>
          {said.another}
        </button>
        <button type="button" className={controls.button} data-kind="primary" onClick={onClose}>
          {said.close}
        </button>
      </footer>
    </div>
  );
}

/** What is wrong with a file, and where that shows. */
export function sayRefusal({ restore }: Words, refusal: Refusal): { readonly why: string; readonly where: string } {
  switch (refusal.code) {
    case 'foreign': {
      if (refusal.isDatabase) return { why: restore.database, where: '' };
      if (refusal.begins === '') return { why: restore.empty, where: '' };
      return { why: restore.foreign, where: restore.begins(readable(refusal.begins)) };
    }
    case 'size': {
      const { at, said, size } = refusal;
      return { why: size < said ? restore.cutShort : restore.tooLong, where: restore.sizes(at + 1, at + 4, said, size) };
    }
    case 'hash': {
      const { at, said, is } = refusal;
      return { why: restore.changed, where: restore.hashes(at, said, is) };
    }
    case 'state':
      return { why: restore.strange, where: refusal.path };
    case 'unreadable':
      return { why: restore.unreadable, where: refusal.message };
  }
}

/** Bytes as far as they are text. */
function readable(bytes: string): string {
  return [...utf8Decode(bytes)].map((char) => (char < ' ' || char === '\x7f' ? '·' : char)).join('');
}
