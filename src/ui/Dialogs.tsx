/** What lies over the page for a while: the help, and a file that a cluster may start from. */
import { useEffect } from 'react';
import { useHouse, useWords } from './frame/context.tsx';
import { useDesk, useRestoring } from './frame/hooks.ts';
import { onDemand } from './frame/onDemand.tsx';

const Help = onDemand(() => import('./help/Help.tsx').then((module) => module.Help), Missing);
const RestoreDialog = onDemand(() => import('./restore/RestoreDialog.tsx').then((module) => module.RestoreDialog), Missing);

export function Dialogs() {
  const needsHelp = useDesk((desk) => desk.helpOpen);
  const hasFile = useRestoring((restoring) => restoring.given !== undefined);
  return (
    <>
      {needsHelp && <Help />}
      {hasFile && <RestoreDialog />}
    </>
  );
}

function Missing() {
  const words = useWords().panels;
  const { acts, desk, restoring } = useHouse();
  useEffect(() => {
    desk.getState().setHelpOpen(false);
    restoring.getState().dismiss();
    acts.refuse(words.missing);
  }, [acts, desk, restoring, words]);
  return undefined;
}
