import { console } from './console.ts';
import { etcdctl } from './etcdctl.ts';
import { explain } from './explain.ts';
import { help } from './help.ts';
import { hints } from './hints.ts';
import { log } from './log.ts';
import { panels } from './panels.ts';
import { restore } from './restore.ts';
import { shell } from './shell.ts';
import { stage } from './stage.ts';

export const en = { stage, shell, log, console, etcdctl, explain, hints, help, panels, restore };
