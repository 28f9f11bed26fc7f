/** CSS tokens as canvases read them: one cache for all, emptied when theme, mode or window change. */
import { termHue } from './hue.ts';

export interface Tokens {
  /** A token's text, e.g. `text('--ink')`. '' where there is none. */
  text(name: `--${string}`): string;
  /** A token in px, e.g. `px('--member')`. */
  px(name: `--${string}`): number;
  /** Colour of a term's marks and lines. */
  hue(term: number): string;
  /** Ground of a term's committed entries; text on it is `--onf`. */
  ground(term: number): string;
  /** `share` (0 … 1) of colour `a` over colour `b`; both as #rrggbb or #rgb. */
  mix(a: string, b: string, share: number): string;
  /** Grows each time the tokens may have changed. */
  version(): number;
  /** Reads everything anew from now on. */
  refresh(): void;
}

/** Reads tokens from `root`'s computed style. */
export function createTokens(root: HTMLElement): Tokens {
  const texts = new Map<string, string>();
  let version = 0;
  let style: CSSStyleDeclaration | undefined;

  function text(name: `--${string}`): string {
    let value = texts.get(name);
    if (value === undefined) {
      style ??= getComputedStyle(root);
      value = style.getPropertyValue(name).trim();
      texts.set(name, value);
    }
    return value;
  }

  return {
    text,
    px: (name) => Number.parseFloat(text(name)) || 0,
    hue: (term) => (termHue(term) === 0 ? text('--ink-2') : text(`--t${termHue(term)}`)),
    ground: (term) => (termHue(term) === 0 ? text('--ink-2') : text(`--f${termHue(term)}`)),
    mix: mixColours,
    version: () => version,
    refresh() {
      texts.clear();
      style = undefined;
      version++;
    },
  };
}

/** `share` of `a` over `b`, both #rrggbb or #rgb (a build shortens what it can); anything else gives `a`. */
export function mixColours(a: string, b: string, share: number): string {
  const left = parseColour(a);
  const right = parseColour(b);
  if (left === undefined || right === undefined) return a;
  const mixed = left.map((value, i) => Math.round(value * share + (right[i] ?? 0) * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function parseColour(colour: string): readonly number[] | undefined {
  const digits = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(colour)?.[1];
  if (digits === undefined) return undefined;
  const long = digits.length === 6 ? digits : digits.replace(/./g, '$&$&');
  return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
}
