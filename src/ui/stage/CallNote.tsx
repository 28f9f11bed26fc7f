/** The newest call in words, beside its dotted path: what was asked, and where it is. */
import type { Frame } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { callWords, spokenCall } from './facts.ts';
import { along, footprint, NAME_SIZE, type Point, type Rect, type StageLayout } from './geometry.ts';
import { callPath } from './paint.ts';
import styles from './Stage.module.css';

interface CallNoteProps {
  readonly frame: Frame;
  readonly layout: StageLayout;
  /** Upper left corners of the islands' names, which it keeps off. */
  readonly names: readonly Point[];
}

export function CallNote({ frame, layout, names }: CallNoteProps) {
  const words = useWords().stage;
  const call = spokenCall(frame);
  if (call === undefined || layout.members[call.member - 1] === undefined) return undefined;
  const name = frame.members[call.member - 1]?.name ?? '';
  const text = callWords(call);
  const state =
    call.answer !== undefined
      ? call.answer.ok
        ? words.answeredBy(name)
        : words.refusedBy(name)
      : frame.time < call.arrivesAt
        ? words.sentTo(name)
        : words.waitsAt(name);
  const width = Math.max(text.length, state.length) * 7.3 + 8;
  const at = notePlace(layout, call.member, width, names);
  return (
    <p className={styles.call} style={{ left: at.x, top: at.y }} data-state={call.state} aria-hidden="true">
      <b>{text}</b>
      <span>{state}</span>
    </p>
  );
}

/** Beside the path, where the note covers no member; right of it before left, and rather near the prompt. */
export function notePlace(layout: StageLayout, member: number, width: number, names: readonly Point[] = []): Point {
  const path = callPath(layout, member);
  const taken = [
    ...layout.members.flatMap((place) => footprint(layout, place)),
    ...names.map((name) => ({ ...name, ...NAME_SIZE })),
  ];
  const height = 36;
  let best: Point = { x: layout.prompt.x + 16, y: layout.prompt.y - 60 };
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 3; step <= 17; step++) {
    for (const side of [1, -1]) {
      const on = along(path, step / 20);
      const rect: Rect = { x: side > 0 ? on.x + 16 : on.x - 16 - width, y: on.y - height / 2, width, height };
      const off = rect.x < 4 || rect.x + width > layout.box.width - 4 || rect.y + height > layout.box.height - 2;
      const covered = taken.reduce((sum, other) => {
        const w = Math.min(rect.x + rect.width, other.x + other.width) - Math.max(rect.x, other.x);
        const h = Math.min(rect.y + rect.height, other.y + other.height) - Math.max(rect.y, other.y);
        return sum + (w > 0 && h > 0 ? w * h : 0);
      }, 0);
      const cost = covered * 10 + (off ? 10_000 : 0) + (side < 0 ? 30 : 0) + Math.abs(step - 6) * 4;
      if (cost < bestCost) {
        bestCost = cost;
        best = { x: Math.round(rect.x), y: Math.round(rect.y) };
      }
    }
  }
  return best;
}
