/** The page's keys. A focused field, an open menu or dialog keeps its own. */
import { useEffect } from 'react';
import { type House, useHouse } from './context.tsx';

/** Listens on the window as long as the page stands. */
export function usePageKeys(): void {
  const house = useHouse();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && pressPageKey(house, event)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    window.addEventListener('click', letGo);
    return () => {
      window.removeEventListener('keydown', press);
      window.removeEventListener('click', letGo);
    };
  }, [house]);
}

/** A verb pressed with a pointer does not keep the focus: the space bar that follows means play, not the verb again. */
function letGo(event: MouseEvent): void {
  const button = document.activeElement;
  const byPointer = event.detail > 0 && button instanceof HTMLButtonElement && button.getAttribute('aria-expanded') !== 'true';
  if (byPointer && button.closest('[data-region="statement"], [data-region="topbar"], [data-region="transport"]') !== null)
    button.blur();
}

/** What of a key's event decides: a plain record in tests. */
export type PageKey = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>;

/** Does what a key stands for; returns whether it stands for something. */
export function pressPageKey(house: House, event: PageKey): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest('input, textarea, select, [contenteditable="true"], dialog, [role="menu"]') != null) return false;
  const { run } = house.runs.getState();
  const done = () => {
    house.scheduler.wake();
    return true;
  };
  switch (event.key) {
    case ' ':
      // A focused button is pressed by its own space.
      if (target?.closest('button, a, summary, [role="button"], [role="tab"], [role="option"]') != null) return false;
      if (run.state().playing) run.pause();
      else run.play();
      return done();
    case 'ArrowLeft':
      if (isWalked(target)) return false;
      run.stepBack();
      return done();
    case 'ArrowRight':
      if (isWalked(target)) return false;
      run.step(event.shiftKey ? 'row' : 'decision');
      return done();
    case 'l':
    case 'L':
      run.backToLive();
      return done();
    case '/':
      house.desk.getState().setTab('stage');
      house.desk.getState().prompt?.focus();
      return true;
    case '?':
      house.desk.getState().setHelpOpen(true);
      return true;
    case 'Escape':
      if (house.verbs.getState().mode !== 'none') house.verbs.getState().leave();
      else if (house.selection.getState().selected !== undefined) house.selection.getState().select(undefined);
      else house.panels.getState().closeNewest();
      return true;
    default:
      return house.panels.getState().toggleByKey(event.key);
  }
}

/** Things that use arrow keys themselves. */
function isWalked(target: Element | undefined): boolean {
  return (
    target?.closest('[role="grid"], [role="tablist"], [role="listbox"], [role="group"][data-walk], [data-arrows="own"]') != null
  );
}
