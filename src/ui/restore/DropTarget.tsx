/**
 * Where a snapshot's file comes in: dropped anywhere on the page. A file that is dropped beside a place for it would take the page's
 * place, and the cluster with it.
 */
import { useEffect, useState } from 'react';
import { useHouse, useWords } from '../frame/context.tsx';
import styles from './DropTarget.module.css';

export function DropTarget() {
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
      if (file !== undefined) void restoring.getState().take(file);
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
