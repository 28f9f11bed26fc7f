/** What stands between the commands of a shell's script: their order, and where they write. No loops, pipes or files. */

/** One command of a script, still as text. */
export interface ScriptCommand {
  readonly text: string;
  /** Its place in the script. */
  readonly at: number;
  /** Runs after a success, after a failure, or in any case. */
  readonly after: 'success' | 'failure' | 'all';
  /** Where what it writes goes; undefined: to its own place. */
  readonly stdout: Sink | undefined;
  readonly stderr: Sink | undefined;
}

export type Sink = 'stdout' | 'stderr' | 'nowhere';

const SINKS: Readonly<Record<string, Sink>> = { '&1': 'stdout', '&2': 'stderr', '/dev/null': 'nowhere' };

/** Splits a script at `;`, `&&`, `||` and newlines outside quotes, and takes redirections out; what it does not know stays in the text. */
export function splitScript(script: string): ScriptCommand[] {
  const commands: ScriptCommand[] = [];
  let after: ScriptCommand['after'] = 'all';
  let from = 0;
  let text = '';
  let stdout: Sink | undefined;
  let stderr: Sink | undefined;
  const end = (next: ScriptCommand['after'], at: number): void => {
    if (text.trim() !== '') commands.push({ text, at: from, after, stdout, stderr });
    [after, from, text, stdout, stderr] = [next, at, '', undefined, undefined];
  };
  for (let i = 0; i < script.length; ) {
    const rest = script.slice(i);
    const quoted = /^(?:\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")/.exec(rest)?.[0];
    const isWordStart = text === '' || /[ \t\n]$/.test(text);
    const between = quoted === undefined ? /^(?:&&|\|\||;(?!;)|\n)/.exec(rest)?.[0] : undefined;
    const redirection = quoted === undefined ? /^([12]?)> ?(&[12]|\/dev\/null)(?![^ \t\n;&|<>])/.exec(rest) : null;
    if (between !== undefined) {
      i += between.length;
      end(between === '&&' ? 'success' : between === '||' ? 'failure' : 'all', i);
    } else if (redirection !== null && (redirection[1] === '' || isWordStart)) {
      const sink = SINKS[redirection[2] ?? ''];
      // In the order in which they stand: `>/dev/null 2>&1` is not `2>&1 >/dev/null`.
      if (redirection[1] === '2') stderr = sink === 'stdout' ? (stdout ?? sink) : sink;
      else stdout = sink === 'stderr' ? (stderr ?? sink) : sink;
      text += ' '.repeat(redirection[0].length);
      i += redirection[0].length;
    } else if (rest.startsWith('#') && isWordStart) i = script.length;
    else {
      text += quoted ?? rest.charAt(0);
      i += quoted?.length ?? 1;
    }
  }
  end('all', script.length);
  return commands;
}
