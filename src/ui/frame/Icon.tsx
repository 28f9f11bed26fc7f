/** Icons of controls, 16 px, and of verbs, 18 px; in the colour of their text. */

const LINES = {
  theme: 'M8 2a6 6 0 1 0 0 12z M8 2a6 6 0 0 1 0 12',
  help: 'M6 6a2 2 0 1 1 2.6 2c-.5.2-.6.6-.6 1.3M8 12v.1',
  down: 'M4 6l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.4l3.4 3.4L13 4.6',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  pause: 'M5 3v10M11 3v10',
} as const;

const SOLID = {
  back: 'M10.5 3.5L4 8l6.5 4.5z M13 3.5v9',
  play: 'M4.5 3l8.5 5-8.5 5z',
  step: 'M5.5 3.5L12 8l-6.5 4.5z M3 3.5v9',
  live: 'M3 3.5L9 8l-6 4.5zM12.5 3v10',
} as const;

const VERBS = {
  stop: 'M3 12.6L2.2 5.8L6 8.6L9 4L12 8.6L15.8 5.8L15 12.6Z M2.5 16L15.5 2.5',
  cut: 'M6 5.8a2 2 0 1 1-4 0a2 2 0 1 1 4 0M6 12.2a2 2 0 1 1-4 0a2 2 0 1 1 4 0M5.4 6.9L15 13.4M5.4 11.1L15 4.6',
  split: 'M9 1.5V16.5 M5.7 9a2.1 2.1 0 1 1-4.2 0a2.1 2.1 0 1 1 4.2 0 M16.5 9a2.1 2.1 0 1 1-4.2 0a2.1 2.1 0 1 1 4.2 0',
  heal: 'M5.5 9H12.5 M5.5 9a2.1 2.1 0 1 1-4.2 0a2.1 2.1 0 1 1 4.2 0 M16.7 9a2.1 2.1 0 1 1-4.2 0a2.1 2.1 0 1 1 4.2 0',
  put: 'M3.5 2.8H14.5A1.5 1.5 0 0 1 16 4.3V10.7A1.5 1.5 0 0 1 14.5 12.2H8.5L5 15.6V12.2H3.5A1.5 1.5 0 0 1 2 10.7V4.3A1.5 1.5 0 0 1 3.5 2.8Z M6 6.2H12M6 9H12',
  start: 'M9 2.5V8.5M5.2 4.8A6 6 0 1 0 12.8 4.8',
} as const;

export type IconName = keyof typeof LINES | keyof typeof SOLID;
export type VerbIconName = keyof typeof VERBS;

export function Icon({ name }: { readonly name: IconName }) {
  const solid = name in SOLID;
  const path = { ...LINES, ...SOLID }[name];
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={path}
        fill={solid ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth={name === 'pause' || name === 'more' ? 2.4 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function VerbIcon({ name }: { readonly name: VerbIconName }) {
  return (
    <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={VERBS[name]} fill="none" stroke="currentColor" strokeWidth={1.7} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
