/** The page's figures: a tool beside the house drives a browser. */
import type { Figure } from './figure.ts';
import { runTool } from './tool.ts';

/** Runs the tool and takes its figures. Rejects where it fails. */
export function measurePage(say: (line: string) => void): Promise<readonly Figure[]> {
  return runTool(['scripts/benchUi.ts'], say);
}
