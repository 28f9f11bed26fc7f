/** Figures of the engine, from a build of it: a loader's helpers and its source maps are not what anybody uses. */
import type { Figure } from './figure.ts';
import { runTool } from './tool.ts';

/** Builds a module of `measured/`, and runs it. */
export function measureBuilt(module: string): (say: (line: string) => void) => Promise<readonly Figure[]> {
  return (say) => runTool(['scripts/benchBuilt.ts', `src/cli/bench/measured/${module}`], say);
}
