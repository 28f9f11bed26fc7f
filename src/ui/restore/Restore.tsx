/** The ways by which a snapshot's file comes in: dropped anywhere on the page, or chosen from the menu. What is in it is shown by a chunk of its own. */
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { useHouse, useWords } from '../frame/context.tsx';
import { useRestoring } from '../frame/hooks.ts';
import styles from './Restore.module.css';

const Dialog = lazy<ComponentType>(() =>
  import('./RestoreDialog.tsx').then(
    (module) => ({ default: module.RestoreDialog }),
    // The chunk cannot be had (offline).
    () => ({ default: Missing }),
  ),
);

export function Restore() {
  const isAsked = useRestoring((restoring) => restoring.given !== undefined);
  return (
    <>
      <DropTarget />
      {isAsked && (
        <Suspense fallback={undefined}>
          <Dialog />
        </Suspense>
      )}
    </>
  );
}

/** The whole window. A file that is dropped beside it would take the page's place, and the cluster with it. */
function DropTarget() {
  const words = useWords().restore;
  const { restoring } = useHouse();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const move = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void restoring.getState().take(file, file.name);
    };
    window.addEventListener('dragover', move);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', move);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [restoring]);
  return over ? (
    <div className={styles.target} data-region="drop">
      <p>{words.drop}</p>
    </div>
  ) : undefined;
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}

function Missing() {
  const words = useWords().restore;
  const { acts, restoring } = useHouse();
  useEffect(() => {
    restoring.getState().dismiss();
    acts.refuse(words.missing);
  }, [acts, restoring, words]);
  return undefined;
}
