/** The newest call in words, beside its dotted path: what was asked, and where it is. */
import { callWords, type Frame } from '../../view/index.ts';
import { useWords } from '../frame/context.tsx';
import { spokenCall } from './facts.ts';
import { covered, hasPlace, type StageLayout } from './layout.ts';
import { callPath } from './paint.ts';
import { letters, meets, onCurve, type Point, type Rect } from './plane.ts';
import styles from './Stage.module.css';

interface CallNoteProps {
  readonly frame: Frame;
  readonly layout: StageLayout;
  /** Of islands and walls, which it keeps off. */
  readonly captions: readonly Rect[];
}

export function CallNote({ frame, layout, captions }: CallNoteProps) {
  const words = useWords().stage;
  const call = spokenCall(frame);
  if (call === undefined || !hasPlace(layout, call.member)) return undefined;
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
  const width = (Math.max(letters(text), letters(state)) * 7.3 + 8) * layout.scale;
  const others = frame.calls.map((other) => other.member).filter((member) => member !== call.member && hasPlace(layout, member));
  const at = notePlace(layout, call.member, width, captions, others);
  if (at === undefined) return undefined;
  return (
    <p className={styles.call} style={{ left: at.x, top: at.y }} data-state={call.state} aria-hidden="true">
      <b>{text}</b>
      <span>{state}</span>
    </p>
  );
}

/** Beside the path, where the note covers no member and no island's name; undefined where there is no such place. */
function notePlace(
  layout: StageLayout,
  member: number,
  width: number,
  captions: readonly Rect[],
  others: readonly number[],
): Point | undefined {
  const path = callPath(layout, member);
  const taken = [...layout.members.flatMap((place) => covered(layout, place)), ...captions];
  const height = 36 * layout.scale;
  // Clear of the request, wherever on its way it is.
  const beside = Math.max(16, layout.glyph / 2 + 5);
  const paths = others.map((other) => callPath(layout, other));
  let best: Point | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 2; step <= 19; step++) {
    for (const side of [1, -1]) {
      const on = onCurve(path, step / 20);
      const rect: Rect = { x: side > 0 ? on.x + beside : on.x - beside - width, y: on.y - height / 2, width, height };
      if (rect.x < 4 || rect.x + width > layout.box.width - 4 || rect.y + height > layout.box.height - 2) continue;
      if (taken.some((other) => meets(rect, other))) continue;
      // Right of the path before left, and rather near the prompt.
      const crossed = paths.some((other) => SAMPLES.some((t) => holds(rect, onCurve(other, t))));
      const cost = (side < 0 ? 8 : 0) + Math.abs(step - 6) + (crossed ? 20 : 0);
      if (cost < bestCost) {
        bestCost = cost;
        best = { x: Math.round(rect.x), y: Math.round(rect.y) };
      }
    }
  }
  return best;
}

const SAMPLES = Array.from({ length: 40 }, (_, i) => (i + 1) / 41);

function holds(rect: Rect, point: Point): boolean {
  return point.x > rect.x - 4 && point.x < rect.x + rect.width + 4 && point.y > rect.y - 4 && point.y < rect.y + rect.height + 4;
}
